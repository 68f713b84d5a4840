// SPDX-License-Identifier: Apache-2.0
#include "net/dial.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/upgrade.h"

namespace whytls::net {
namespace {

constexpr std::size_t max_answer = 4096;

std::chrono::microseconds since(Deadline began) { return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began); }

std::string_view how_it_ended(End end) {
  switch (end) {
    case End::closed:
      return "closes the connection";
    case End::reset:
      return "resets the connection";
    case End::timeout:
      return "does not answer in time";
    case End::unreachable:
      return "is no longer reachable";
    case End::cancelled:
      return "was not waited for: interrupted";
    default:
      return "cannot be spoken to";
  }
}

/// A host name, brackets taken off, and a port: "host:port", "[v6]:port".
wire::UpgradeOptions split_target(const std::string& target) {
  const std::size_t colon = target.rfind(':');
  wire::UpgradeOptions out{.host = target.substr(0, colon), .port = 0, .user = {}, .password = {}};
  if (colon != std::string::npos)
    out.port = static_cast<std::uint16_t>(base::number(std::string_view(target).substr(colon + 1), 65535).value_or(0));
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

/// One dialogue over an open stream; whatever it leaves over comes first in the next.
class Conversation {
 public:
  Conversation(const wire::UpgradeProtocol& protocol, const wire::UpgradeOptions& options, Deadline deadline, Dialled& out)
      : protocol_(protocol), upgrade_(protocol.begin(options)), deadline_(deadline), out_(out) {}

  /// True when the next step may begin.
  bool hold() {
    wire::UpgradeStep step = upgrade_->start();
    if (base::Bytes early = std::exchange(out_.left_over, {}); say(step) && step.state == wire::UpgradeState::talking && !early.empty())
      step = hear(early);
    while (out_.end == End::open && step.state == wire::UpgradeState::talking) {
      ReadResult got = out_.stream->read(deadline_);
      if (got.end == End::open)
        step = hear(got.bytes);
      else
        ended(got.end);
    }
    if (out_.end == End::open) judge(step);
    const bool good = out_.end == End::open && step.state == wire::UpgradeState::upgraded;
    if (good) out_.left_over = std::move(upgrade_->left_over);
    if (!good) out_.answer = std::move(heard_);
    return good;
  }

 private:
  wire::UpgradeStep hear(base::ByteView bytes) {
    const base::ByteView kept = bytes.first(std::min(bytes.size(), max_answer - heard_.size()));
    heard_.insert(heard_.end(), kept.begin(), kept.end());
    wire::UpgradeStep step = upgrade_->feed(bytes);
    if (!step.peer.empty()) last_words_ = step.peer;
    say(step);
    return step;
  }

  bool say(const wire::UpgradeStep& step) {
    if (step.send.empty()) return true;
    const End end = out_.stream->write(step.send, deadline_, 0);
    // A peer that said something and then closed: what it said counts for more, and is still there to read.
    if (end == End::reset || end == End::open) return end == End::open;
    ended(end);
    return false;
  }

  void ended(End end) {
    out_.end = end;
    const std::string who(protocol_.proxy ? "the proxy" : "the server");
    if (end == End::timeout && heard_.empty() && protocol_.server_speaks_first)
      out_.detail =
          fmt::format("the server says nothing, though in {} the server speaks first; it may expect TLS from the start", protocol_.title);
    else
      out_.detail = fmt::format("{} {} in the {} dialogue{}{}{}", who, how_it_ended(end), protocol_.title,
                                last_words_.empty() ? "" : ", after \"", last_words_, last_words_.empty() ? "" : "\"");
  }

  void judge(const wire::UpgradeStep& step) {
    out_.status = step.status;
    out_.not_offered = step.state == wire::UpgradeState::not_offered;
    out_.refused = step.state == wire::UpgradeState::refused;
    out_.detail = step.detail;
  }

  const wire::UpgradeProtocol& protocol_;
  std::unique_ptr<wire::Upgrade> upgrade_;
  Deadline deadline_;
  Dialled& out_;
  base::Bytes heard_;
  std::string last_words_;
};

class Dialler {
 public:
  Dialler(const Route& route, std::chrono::milliseconds step, Deadline deadline, const CancelFlag* cancel)
      : route_(route), step_(step), deadline_(deadline), cancel_(cancel) {}

  Dialled run() {
    if ((route_.proxy ? reach_proxy() && tunnel() : reach_server()) && upgrade()) out_.stage = DialStage::ready;
    if (out_.stream) {
      out_.kernel = out_.stream->kernel();
      out_.icmp = out_.stream->icmp_errors();
    }
    return std::move(out_);
  }

 private:
  Deadline step_deadline() const { return std::min(deadline_, Clock::now() + step_); }

  bool connect_to(const Address& address) {
    Connected connected = connect(address, route_.stream, step_deadline(), cancel_);
    out_.tcp_took += connected.took;
    out_.end = connected.end;
    out_.icmp = std::move(connected.icmp);
    out_.stream = std::move(connected.stream);
    out_.detail = out_.stream ? "" : fmt::format("{}: {}", address.text(), connected.text);
    return out_.stream != nullptr;
  }

  bool reach_server() { return connect_to(route_.address); }

  bool reach_proxy() {
    out_.stage = DialStage::proxy;
    const Resolved found = resolve(route_.proxy->host, Family::any, step_deadline(), cancel_);
    if (found.addresses.empty()) {
      out_.end = End::local;
      out_.detail = fmt::format("the name of the proxy, {}, does not resolve: {}", base::printable(route_.proxy->host, 255), found.failure);
      return false;
    }
    for (const std::string& ip : found.addresses) {
      if (connect_to({.ip = ip, .port = route_.proxy->port})) return true;
      if (out_.end == End::cancelled || Clock::now() >= deadline_) break;
    }
    out_.detail =
        fmt::format("the proxy{}{} cannot be reached: {}", route_.proxy->from.empty() ? "" : " of ", route_.proxy->from, out_.detail);
    return false;
  }

  bool tunnel() {
    wire::UpgradeOptions options = split_target(route_.target);
    options.user = route_.proxy->user;
    options.password = route_.proxy->password;
    return converse(route_.proxy->kind == Proxy::Kind::http ? "http-connect" : "socks5", options, out_.proxy_took);
  }

  bool upgrade() {
    if (route_.starttls.empty()) return true;
    out_.stage = DialStage::starttls;
    wire::UpgradeOptions options{.host = route_.host, .port = route_.address.port, .user = {}, .password = {}};
    return converse(route_.starttls, options, out_.starttls_took);
  }

  bool converse(const std::string& name, const wire::UpgradeOptions& options, std::chrono::microseconds& took) {
    const wire::UpgradeProtocol* protocol = wire::upgrade_protocol(name);
    if (protocol == nullptr) {
      out_.end = End::local;
      out_.detail = fmt::format("there is no upgrade protocol \"{}\"", base::printable(name, 64));
      return false;
    }
    const auto began = Clock::now();
    const bool good = Conversation(*protocol, options, step_deadline(), out_).hold();
    took = since(began);
    return good;
  }

  const Route& route_;
  std::chrono::milliseconds step_;
  Deadline deadline_;
  const CancelFlag* cancel_;
  Dialled out_;
};

}  // namespace

Dialled dial(const Route& route, std::chrono::milliseconds step, Deadline deadline, const CancelFlag* cancel) {
  return Dialler(route, step, deadline, cancel).run();
}

}  // namespace whytls::net
