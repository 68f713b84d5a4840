// SPDX-License-Identifier: Apache-2.0
#include "net/kernel.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace whytls::net {
namespace {

constexpr std::size_t max_icmp = 32;

/// The address of the host that sent the error stands behind the error itself (ip(7), IP_RECVERR).
std::string offender(const cmsghdr& header, const unsigned char* data) {
  const std::size_t size = header.cmsg_len - CMSG_LEN(0);
  const unsigned char* behind = data + sizeof(sock_extended_err);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (header.cmsg_level == IPPROTO_IP && size >= sizeof(sock_extended_err) + sizeof(sockaddr_in)) {
    sockaddr_in address{};
    std::memcpy(&address, behind, sizeof address);
    if (address.sin_family == AF_INET && inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()) != nullptr) return text.data();
  } else if (header.cmsg_level == IPPROTO_IPV6 && size >= sizeof(sock_extended_err) + sizeof(sockaddr_in6)) {
    sockaddr_in6 address{};
    std::memcpy(&address, behind, sizeof address);
    if (address.sin6_family == AF_INET6 && inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size()) != nullptr) return text.data();
  }
  return {};
}

void keep_error(const cmsghdr& header, std::vector<IcmpError>& into) {
  const bool v4 = header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_RECVERR;
  const bool v6 = header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_RECVERR;
  if ((!v4 && !v6) || header.cmsg_len < CMSG_LEN(sizeof(sock_extended_err)) || into.size() >= max_icmp) return;
  sock_extended_err error{};
  const unsigned char* data = CMSG_DATA(&header);
  std::memcpy(&error, data, sizeof error);
  if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6) return;
  into.push_back({.type = error.ee_type, .code = error.ee_code, .from = offender(header, data), .mtu = error.ee_info});
}

/// One message of the error queue; false when there is none.
bool drain_one(int descriptor, std::vector<IcmpError>& into) {
  std::array<char, 256> payload{};
  alignas(cmsghdr) std::array<char, 512> control{};
  iovec part{.iov_base = payload.data(), .iov_len = payload.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return false;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) keep_error(*header, into);
  return true;
}

}  // namespace

KernelView kernel_view(int descriptor, std::uint64_t sent) {
  tcp_info info{};
  socklen_t size = sizeof info;
  KernelView out{.bytes_sent = sent};
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return out;
  out.available = true;
  // tcpi_bytes_acked also counts the SYN and the FIN; the queue counts data alone, and a reset's own acknowledgement changes neither.
  out.bytes_acknowledged = sent - std::min<std::uint64_t>(sent, unacknowledged(descriptor));
  out.bytes_received = info.tcpi_bytes_received;
  out.retransmissions = info.tcpi_total_retrans;
  out.round_trip_us = info.tcpi_rtt;
  out.path_mtu = info.tcpi_pmtu;
  out.send_mss = info.tcpi_snd_mss;
  out.receive_mss = info.tcpi_rcv_mss;
  return out;
}

std::size_t unacknowledged(int descriptor) {
  int queued = 0;
  return ioctl(descriptor, SIOCOUTQ, &queued) == 0 && queued > 0 ? static_cast<std::size_t>(queued) : 0;
}

void watch_icmp(int descriptor, bool v6) {
  const int on = 1;
  if (v6)
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  else
    setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

void drain_icmp(int descriptor, std::vector<IcmpError>& into) {
  for (std::size_t i = 0; i < max_icmp && drain_one(descriptor, into); ++i) continue;
}

bool says_unreachable(const IcmpError& error, bool v6) {
  constexpr std::uint8_t v4_unreachable = 3, v4_fragmentation_needed = 4, v6_unreachable = 1;  // RFC 792, RFC 4443 3.1
  return v6 ? error.type == v6_unreachable : error.type == v4_unreachable && error.code != v4_fragmentation_needed;
}

}  // namespace whytls::net
