// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/prelude.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sources/capture/tls/requests.h"
#include "wire/upgrade.h"

namespace whytls::sources::capture {
namespace {

constexpr std::size_t most_front = 256, most_line = 256, most_reply = 8192;
constexpr std::uint64_t most_searched = 65536;  ///< bytes of a side in which a request is looked for

void keep(base::Bytes& into, base::ByteView bytes, std::size_t most) {
  const std::size_t room = most - std::min(most, into.size());
  into.insert(into.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
}

/// How people leave who got no TLS.
bool farewell(base::ByteView bytes) {
  const std::string words = base::lower(base::text(bytes.first(std::min<std::size_t>(bytes.size(), 64))));
  return words.starts_with("quit") || words.find(" logout") != std::string::npos || words.starts_with("logout") ||
         words.starts_with("</stream");
}

}  // namespace

void Prelude::take(End from, base::ByteView bytes, const Moment& when) {
  Said& said = said_[index(from)];
  if (ask_ && from != ask_->by && ask_->reply.size() < most_reply) {
    if (ask_->reply.empty()) ask_->answered = when;
    keep(ask_->reply, bytes, most_reply);
  }
  const bool answered = ask_ && from == ask_->by && !ask_->reply.empty();
  if (said.seen >= most_searched) return;
  said.seen += bytes.size();
  keep(said.front, bytes, most_front);
  auto ask = request_in(said, said_[index(other(from))], bytes, last_line(said, bytes));
  if (ask) {
    ask->by = from;
    ask->at = when;
    begin(std::move(*ask));
  } else if (answered && !farewell(bytes)) {
    ask_->went_on = true;
  }
}

/// Who opened the connection asks. Of two requests the later one counts, unless it stays without an answer.
void Prelude::begin(Ask&& ask) {
  if (ask_ && ask_->by == End::opener && ask.by != End::opener) return;
  if (ask_)
    if (auto refused = refusal_of(*ask_)) before_ = std::move(refused);
  ask_ = std::move(ask);
}

/// The last whole line, where the bytes end with it: whoever asks for TLS waits for the answer (RFC 3207 4).
std::string_view Prelude::last_line(Said& said, base::ByteView bytes) {
  std::string_view text = base::text(bytes);
  const bool whole = text.ends_with('\n');
  if (whole) text.remove_suffix(1);
  const std::size_t begin = text.rfind('\n') + 1;  // none: npos + 1 is 0
  const std::string_view last = text.substr(begin, most_line);
  if (begin > 0 || said.line.ends_with('\n')) said.line.clear();
  said.line.append(last.substr(0, most_line - std::min(most_line, said.line.size())));
  if (!whole) return {};
  said.line.push_back('\n');
  return base::trim(said.line);
}

std::optional<Prelude::Ask> Prelude::request_in(const Said& said, const Said& peer, base::ByteView bytes, std::string_view line) const {
  Ask out;
  const bool first = !ask_;
  if (const auto asked = request_line(line, base::text(said.front), base::text(peer.front)); !asked.protocol.empty()) {
    out.protocol = asked.protocol;
    out.tag = asked.tag;
    return out;
  }
  out.protocol = request_within(bytes, said.front);
  if (out.protocol.empty() && first && said.seen <= most_front) out.protocol = request_at_front(said.front);
  return out.protocol.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<Refusal> Prelude::refusal() const {
  if (!ask_) return std::nullopt;
  return ask_->reply.empty() ? before_ : refusal_of(*ask_);
}

std::optional<Refusal> Prelude::refusal_of(const Ask& ask) {
  const auto answer = answer_to(ask.protocol, ask.tag, ask.reply);
  if (!answer) return std::nullopt;
  const wire::UpgradeProtocol* protocol = wire::upgrade_protocol(ask.protocol);
  Refusal out;
  out.protocol = ask.protocol;
  out.by_proxy = !protocol || protocol->proxy;
  out.not_offered = answer->state == wire::UpgradeState::not_offered;
  out.status = answer->status;
  out.words = out.by_proxy || answer->peer.empty() ? answer->detail : answer->peer;
  const std::string_view title = protocol ? protocol->title : "SOCKS4 proxy";
  out.text = out.by_proxy ? out.words
                          : fmt::format("the client asks for TLS ({}), and the server answers \"{}\"{}", title, out.words,
                                        ask.went_on ? "; the client goes on without it" : "");
  out.packet = ask.answered.packet;
  return out;
}

}  // namespace whytls::sources::capture
