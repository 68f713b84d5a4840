// SPDX-License-Identifier: Apache-2.0
#include "net/dns_records.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <sstream>

#include "base/text.h"
#include "net/dns_channel.h"

namespace whytls::net {
namespace {

constexpr std::size_t most_levels = 6;  // of a name that are asked about CAA, from the name upwards

struct Question {
  std::string name;
  std::uint16_t type = 0;
  bool* done = nullptr;         ///< set with the last answer …
  std::size_t* open = nullptr;  ///< … when none is open any more
  std::optional<DnsAnswer> answer;
};

bool is_address(const std::string& host) {
  std::array<std::uint8_t, 16> address{};
  return host.find(':') != std::string::npos || inet_pton(AF_INET, host.c_str(), address.data()) == 1;
}

/// In lower case and without the last dot; empty where DNS has nothing to say of it (RFC 6761 6.3, RFC 6762 3, RFC 7686 2).
std::string askable(const std::string& host) {
  std::string name = base::lower(host);
  if (name.ends_with('.')) name.pop_back();
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || name.size() > 240 || name.find('\0') != std::string::npos || is_address(name)) return {};
  const std::string last = name.substr(dot + 1);
  return last == "localhost" || last == "local" || last == "onion" ? std::string{} : name;
}

void arrived(void* self, int /*status*/, int /*timeouts*/, unsigned char* bytes, int size) {
  auto& question = *static_cast<Question*>(self);
  if (bytes != nullptr && size > 0) {
    DnsAnswer answer = read_dns_answer({bytes, static_cast<std::size_t>(size)});
    if (!answer.failure && answer.name == question.name && answer.type == question.type) question.answer = std::move(answer);
  }
  if (--*question.open == 0) *question.done = true;
}

/// With the AD bit, which asks whether DNSSEC vouches for the answer (RFC 6840 5.7), and with EDNS, since TLSA records can be long.
bool send(const DnsChannel& channel, Question& question) {
  constexpr int class_internet = 1, datagram = 1232;
  constexpr std::size_t header = 12, second_flags = 3;
  unsigned char* bytes = nullptr;
  int size = 0;
  static thread_local std::random_device random;
  const auto id = static_cast<std::uint16_t>(random() & 0xffffU);
  if (ares_create_query(question.name.c_str(), class_internet, question.type, id, 1, &bytes, &size, datagram) != ARES_SUCCESS) return false;
  const std::unique_ptr<unsigned char, decltype(&ares_free_string)> held(bytes, ares_free_string);
  if (static_cast<std::size_t>(size) < header) return false;
  bytes[second_flags] |= 0x20U;
  ares_send(channel.get(), bytes, size, arrived, &question);
  return true;
}

/// The hosts file says where that name is: DNS would speak of another server.
bool in_hosts_file(const DnsChannel& channel, const std::string& name) {
  for (const int family : {AF_INET, AF_INET6}) {
    hostent* found = nullptr;
    const bool there = ares_gethostbyname_file(channel.get(), name.c_str(), family, &found) == ARES_SUCCESS;
    if (found != nullptr) ares_free_hostent(found);
    if (there) return true;
  }
  return false;
}

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    return ntohl(v4->sin_addr.s_addr) >> 24U == 127;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

bool believes(const DnsChannel& channel, const ResolveOptions& options) {
  const std::vector<sockaddr_storage> servers = channel.servers();
  if (!servers.empty() && std::all_of(servers.begin(), servers.end(), is_loopback)) return true;
  if (!options.nameserver.empty()) return false;
  std::ifstream file("/etc/resolv.conf");
  return trusts_ad(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// The name, and what stands above it down to the last label but one of which anybody could be the owner.
std::vector<Question> questions_about(const std::string& name, std::uint16_t port) {
  std::vector<Question> out{{.name = fmt::format("_{}._tcp.{}", port, name), .type = dns_tlsa}};
  std::string at = name;
  for (std::size_t i = 0; i < most_levels && !at.empty(); ++i) {
    out.push_back({.name = at, .type = dns_caa});
    const std::size_t dot = at.find('.');
    at = dot == std::string::npos ? std::string{} : at.substr(dot + 1);
  }
  return out;
}

/// The nearest name that has records; nothing where a nearer one might have some and did not answer.
void take_caa(std::vector<Question>& questions, Records& out) {
  for (Question& question : questions) {
    if (question.type != dns_caa) continue;
    if (!question.answer || (question.answer->code != 0 && question.answer->code != 3)) return;
    if (question.answer->caa.empty()) continue;
    out.caa = std::move(question.answer->caa);
    out.caa_at = question.name;
    return;
  }
}

}  // namespace

bool trusts_ad(std::string_view resolv_conf) {
  std::istringstream lines{std::string(resolv_conf)};
  bool out = false;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (words >> word && word == "options")
      while (words >> word) out = out || word == "trust-ad";
  }
  return out;
}

Records dns_records(const std::string& host, std::uint16_t port, Deadline deadline, const CancelFlag* cancel,
                    const ResolveOptions& options) {
  Records out;
  const std::string name = askable(host);
  if (name.empty()) return out;
  bool done = false;
  std::vector<Question> questions = questions_about(name, port);
  std::size_t open = questions.size();
  {
    DnsChannel channel(options, ARES_FLAG_EDNS, "b");
    if (channel.status() != ARES_SUCCESS || in_hosts_file(channel, name)) return out;
    for (Question& question : questions) {
      question.done = &done;
      question.open = &open;
      if (!send(channel, question) && --open == 0) done = true;
    }
    channel.serve_until(done, deadline, cancel);
    out.tlsa_validated = believes(channel, options);
  }
  if (std::optional<DnsAnswer>& tlsa = questions.front().answer) {
    out.tlsa = std::move(tlsa->tlsa);
    out.tlsa_validated = out.tlsa_validated && tlsa->validated;
  }
  out.tlsa_validated = out.tlsa_validated && !out.tlsa.empty();
  take_caa(questions, out);
  return out;
}

}  // namespace whytls::net
