// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/tls_reader.h"

#include <algorithm>
#include <utility>

#include "sources/capture/tls/ending.h"
#include "sources/capture/tls/finder.h"
#include "wire/plaintext.h"

namespace whytls::sources::capture {
namespace {

using observe::From;
using wire::ContentType;
using wire::HandshakeType;

constexpr std::size_t most_preface = 512, most_not_tls = 4096;
constexpr std::uint64_t search_whole = 65536;  ///< so many bytes of plaintext are searched at every offset, later only segments' beginnings
constexpr std::uint8_t most_nested = 2;        ///< TLS within TLS within TLS

void keep(base::Bytes& into, base::ByteView bytes, std::size_t most) {
  const std::size_t room = most - std::min(most, into.size());
  into.insert(into.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
}

constexpr std::size_t enough_to_tell = 11;  ///< bytes that the strictest look at a hello's front needs

/// Whether TLS, in any form, may begin with that byte.
bool may_open(std::uint8_t first) { return (first >= 20 && first <= 24) || first >= 0x80; }

/// Whether a handshake record's body begins like a message in the clear.
bool clear_message_at(base::ByteView bytes) {
  constexpr std::size_t body = wire::record_header_size, header = 4;
  if (bytes.size() < body + header || bytes[0] != static_cast<std::uint8_t>(ContentType::handshake)) return false;
  const std::size_t record = static_cast<std::size_t>(bytes[3]) << 8U | bytes[4];
  const std::size_t length =
      static_cast<std::size_t>(bytes[body + 1]) << 16U | static_cast<std::size_t>(bytes[body + 2]) << 8U | bytes[body + 3];
  const bool named = !wire::handshake_type_name(HandshakeType{bytes[body]}).starts_with("handshake_");
  const bool certificate = bytes[body] == static_cast<std::uint8_t>(HandshakeType::certificate);
  return named && bytes[body] != 0 && (length + header <= record || (certificate && length < RecordStream::largest_message));
}

/// The end of the bytes, as far as a hello might begin there and not be whole.
base::ByteView possible_hello(base::ByteView bytes) {
  const base::ByteView tail = bytes.last(std::min(bytes.size(), enough_to_tell - 1));
  const auto found = std::find(tail.begin(), tail.end(), static_cast<std::uint8_t>(ContentType::handshake));
  return tail.last(static_cast<std::size_t>(tail.end() - found));
}

}  // namespace

/// One direction.
struct TlsReader::Half final : TlsSide {
  Half(TlsReader& owner, End which) : TlsSide(owner.messages_, which), reader(&owner) {}

  TlsReader* reader;
  Mode mode = Mode::seeking;
  std::uint64_t seen = 0;  ///< bytes handed over before TLS
  std::uint64_t lost = 0;
  base::Bytes preface;
  base::Bytes held;  ///< bytes that may begin TLS, and are too few to tell
  std::unique_ptr<Framing> framing;

  void no_record(base::ByteView bytes, const Moment& when) override { reader->on_no_record(*this, bytes, when); }
};

/// A connection within this one.
struct TlsReader::Nested {
  Nested(const TlsReader& outer, const TlsOptions& inner)
      : options(inner), reader(outer.opener_, outer.answerer_, outer.first_, outer.number_, options, *outer.sink_) {}

  TlsOptions options;
  TlsReader reader;
  std::array<bool, 2> enough{};
};

TlsReader::TlsReader(const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number, const TlsOptions& options,
                     const HandshakeSink& sink)
    : opener_(opener),
      answerer_(answerer),
      first_(first),
      last_(first),
      number_(number),
      options_(&options),
      sink_(&sink),
      messages_(first, options.keys, *this) {}

TlsReader::~TlsReader() = default;

TlsReader::Half& TlsReader::half_of(End end) {
  std::unique_ptr<Half>& slot = halves_[index(end)];
  if (!slot) slot = std::make_unique<Half>(*this, end);
  return *slot;
}

std::uint64_t TlsReader::bytes(End from, base::ByteView bytes, const Moment& when) {
  last_ = when;
  messages_.note_packet(when);
  Half& half = half_of(from);
  if (half.seen == 0 && half.mode == Mode::seeking && !half.framing && half.held.empty())
    if (auto framing = Framing::at_start(bytes)) half.framing = std::make_unique<Framing>(std::move(*framing));
  std::uint64_t skip = 0;
  if (half.framing)
    half.framing->feed(bytes, [&](base::ByteView inner) { feed(half, inner, when); });
  else
    skip = feed(half, bytes, when);
  return nothing_more_to_learn() ? none_any_more : skip;
}

std::uint64_t TlsReader::feed(Half& half, base::ByteView bytes, const Moment& when) {
  switch (half.mode) {
    case Mode::seeking: {
      const std::uint64_t skip = seek(half, bytes, when);
      if (half.mode == Mode::seeking && !tls_seen_) {
        if (!prelude_) prelude_ = std::make_unique<Prelude>();
        prelude_->take(half.end, bytes, when);
      }
      return skip;
    }
    case Mode::tls:
      return half.records.feed(bytes, when);
    case Mode::foreign:
      keep(not_tls_, bytes, most_not_tls);
      return 0;
    case Mode::done:
      break;
  }
  return none_any_more;
}

/// The other side began TLS: so must this one, with its next byte.
bool TlsReader::expects_tls(const Half& half) const { return messages_.hello_from() == other(half.end); }

std::uint64_t TlsReader::seek(Half& half, base::ByteView bytes, const Moment& when) {
  base::Bytes joined;
  if (!half.held.empty()) {
    joined = std::exchange(half.held, {});
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
  }
  if (begin_framed(half, bytes, when)) return 0;
  const bool expected = expects_tls(half), at_start = half.seen == 0 || expected;
  const bool midway = options_->midway && !messages_.hello_from() && bytes.size() >= enough_to_tell;
  if (expected && messages_.ssl2_form() && (bytes[0] & 0x80U) != 0) return answer_ssl2(half, bytes, when);
  Opening opening = opening_at(bytes, at_start, midway);
  if (opening == Opening::none && at_start && bytes.size() < enough_to_tell && may_open(bytes[0])) {
    half.held.assign(bytes.begin(), bytes.end());
    return 0;
  }
  if (opening == Opening::ssl2_client_hello) return begin_ssl2(half, bytes, when);
  // An alert is an answer: to TLS, or to plaintext that came to a TLS port.
  if (opening == Opening::alert && !(at_start && halves_[index(other(half.end))])) opening = Opening::none;
  if (opening != Opening::none || (expected && plausible_header(bytes))) return begin_tls(half, opening, bytes, when);
  if (half.seen < search_whole) {
    if (const auto at = find_hello(bytes)) return begin_behind(half, *at, bytes, when);
    const base::ByteView tail = possible_hello(bytes);
    half.held.assign(tail.begin(), tail.end());
    bytes = bytes.first(bytes.size() - tail.size());
  }
  pass_over(half, bytes, when);
  return 0;
}

/// The answer to a hello within frames of TDS comes in frames too.
bool TlsReader::begin_framed(Half& half, base::ByteView bytes, const Moment& when) {
  const Half* peer = halves_[index(other(half.end))].get();
  if (half.framing || !expects_tls(half) || !peer->framing || peer->framing->kind() != Framing::Kind::tds) return false;
  half.framing = std::make_unique<Framing>(Framing::Kind::tds);
  half.framing->feed(bytes, [&](base::ByteView inner) { feed(half, inner, when); });
  return true;
}

/// A hello behind other bytes, which may be the head of a frame.
std::uint64_t TlsReader::begin_behind(Half& half, std::size_t at, base::ByteView bytes, const Moment& when) {
  base::Bytes before = half.preface.size() == half.seen ? half.preface : base::Bytes();
  before.insert(before.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  auto framing = Framing::around(before);
  pass_over(half, bytes.first(at), when);
  const base::ByteView rest = bytes.subspan(at);
  if (!framing || half.framing) return begin_tls(half, opening_at(rest, true, false), rest, when);
  half.framing = std::make_unique<Framing>(std::move(*framing));
  half.framing->feed(rest, [&](base::ByteView inner) { feed(half, inner, when); });
  return 0;
}

void TlsReader::pass_over(Half& half, base::ByteView plaintext, const Moment& when) {
  half.seen += plaintext.size();
  messages_.note_packet(when);
  if (!expects_tls(half)) return keep(half.preface, plaintext, most_preface);
  keep(not_tls_, plaintext, most_not_tls);
  not_tls_from_ = half.end;
}

std::uint64_t TlsReader::begin_tls(Half& half, Opening opening, base::ByteView bytes, const Moment& when) {
  half.mode = Mode::tls;
  half.records.may_skip(options_->depth == 0 && !half.framing);
  half.records.keep_protected(messages_.has_keys());
  if (expects_tls(half)) not_tls_.clear();  // a late greeting, no answer
  tls_seen_ = true;
  if (prelude_ && prelude_->asked_by() != End::answerer) requested_ = prelude_->request();
  prelude_.reset();
  if (opening == Opening::client_hello) messages_.client_is(half.end);
  if (opening == Opening::server_hello || opening == Opening::alert) messages_.client_is(other(half.end));
  if (opening == Opening::alert) answered_plaintext_ = !messages_.hello_from();
  if (opening == Opening::records && !messages_.server_hello_seen() && !clear_message_at(bytes)) half.records.protect();  // from the middle
  return half.records.feed(bytes, when);
}

std::uint64_t TlsReader::begin_ssl2(Half& half, base::ByteView bytes, const Moment& when) {
  const wire::Framed framed = wire::next_record(bytes, true);
  if (framed.framing != wire::Framing::ssl2) {
    half.held.assign(bytes.begin(), bytes.end());
    return 0;
  }
  messages_.client_is(half.end);
  half.mode = Mode::tls;
  tls_seen_ = true;
  messages_.ssl2_hello(half, wire::parse_ssl2_client_hello(framed.record.fragment), when);
  return bytes.size() > framed.size ? half.records.feed(bytes.subspan(framed.size), when) : 0;
}

/// What answers a hello in SSL 2's form in the same form. Behind it everything is SSL 2's own, and is not read.
std::uint64_t TlsReader::answer_ssl2(Half& half, base::ByteView bytes, const Moment& when) {
  const wire::Framed framed = wire::next_record(bytes, true);
  if (framed.framing == wire::Framing::incomplete) {
    half.held.assign(bytes.begin(), bytes.end());
    return 0;
  }
  const bool known = framed.framing == wire::Framing::ssl2 && messages_.ssl2_answer(half, framed.record.fragment, when);
  half.mode = known ? Mode::done : Mode::foreign;
  if (known) {
    half_of(other(half.end)).mode = Mode::done;
    return none_any_more;
  }
  keep(not_tls_, bytes, most_not_tls);
  not_tls_from_ = half.end;
  return 0;
}

void TlsReader::on_no_record(Half& half, base::ByteView bytes, const Moment& when) {
  messages_.note_packet(when);
  const bool other_begins = expects_tls(half) && half.protected_records == 0 && !messages_.server_hello_seen();
  half.mode = other_begins ? Mode::foreign : Mode::done;
  if (other_begins) {
    not_tls_from_ = half.end;
    keep(not_tls_, bytes, most_not_tls);
  } else if (!messages_.malformed() && messages_.hello_from() && !messages_.established()) {
    messages_.malformed(half.end, "what follows is no TLS record");
    keep(not_tls_, bytes, most_not_tls);
    not_tls_from_ = half.end;
  }
}

void TlsReader::gap(End from, std::uint64_t missing, const Moment& when) {
  last_ = when;
  Half& half = half_of(from);
  if (!messages_.established()) half.lost += missing;
  if (half.framing) half.framing->lost();
  if (half.mode != Mode::tls) return;
  half.records.gap(missing);
  messages_.lost(half.end);
  if (nested_) nested_->reader.gap(from, missing, when);
}

void TlsReader::finished(End, const Moment& when) { last_ = when; }

/// What was protected may be a connection of its own, TLS too.
void TlsReader::data(End from, base::ByteView bytes, const Moment& when) {
  if (bytes.empty() || options_->depth >= most_nested) return;
  if (!nested_)
    nested_ = std::make_unique<Nested>(*this, TlsOptions{options_->keys, false, static_cast<std::uint8_t>(options_->depth + 1)});
  bool& enough = nested_->enough[index(from)];
  if (!enough) enough = nested_->reader.bytes(from, bytes, when) == none_any_more;
}

bool TlsReader::nothing_more_to_learn() const {
  constexpr std::uint32_t enough = 4;  // protected records of each side: tickets, a refusal after the handshake, first data
  const auto seen_enough = [&](const std::unique_ptr<Half>& half) {
    return half && half->mode == Mode::tls && half->protected_records >= enough;
  };
  return !messages_.has_keys() && seen_enough(halves_[0]) && seen_enough(halves_[1]);
}

/// Where neither a SYN nor a hello tells: services have the low ports.
std::optional<End> TlsReader::by_port() const {
  constexpr std::uint16_t first_unprivileged = 1024;
  const bool opener_low = opener_.port < first_unprivileged, answerer_low = answerer_.port < first_unprivileged;
  if (opener_low == answerer_low) return std::nullopt;
  return opener_low ? End::answerer : End::opener;
}

bool TlsReader::worth_telling(const TcpFacts& tcp) {
  if (tls_seen_) return true;
  if (prelude_ && (refusal_ = prelude_->refusal())) {
    messages_.client_is(prelude_->asked_by());
    messages_.note_packet({refusal_->packet, 0});
    return true;
  }
  if (options_->depth > 0) return false;
  const Half* answer = halves_[index(End::answerer)].get();
  if (answer && base::text(answer->preface).starts_with("HTTP/1."))
    return answered_plaintext_ = wire::recognise_plaintext(answer->preface, answerer_.port).says_tls_expected;
  const bool nothing_said = tcp.ends[0].bytes == 0 && tcp.ends[1].bytes == 0;
  return nothing_said && tcp.ends[index(End::opener)].syn;
}

void TlsReader::over(Over why, const TcpFacts& tcp) {
  for (const std::unique_ptr<Half>& half : halves_)
    if (half && half->mode == Mode::seeking && !half->held.empty()) pass_over(*half, std::exchange(half->held, {}), last_);
  if (worth_telling(tcp)) tell(why, tcp);
  if (nested_) nested_->reader.over(why, tcp);
}

void TlsReader::tell(Over why, const TcpFacts& tcp) {
  Handshake out;
  out.number = number_;
  if (!messages_.client() && tcp.begins_midway)
    if (const auto client = by_port()) messages_.client_is(*client);
  const End client = messages_.client().value_or(End::opener);
  out.client = client == End::opener ? opener_ : answerer_;
  out.server = client == End::opener ? answerer_ : opener_;
  out.first = first_;
  out.last = last_;
  out.tcp = tcp;
  if (client == End::answerer) std::swap(out.tcp.ends[0], out.tcp.ends[1]);
  const bool hello_seen = messages_.hello_from().has_value();
  for (const std::unique_ptr<Half>& half : halves_) {
    if (!half) continue;
    const bool of_client = half->end == client;
    (of_client ? out.protected_client : out.protected_server) = half->protected_records;
    (of_client ? out.sight.client_lost : out.sight.server_lost) = half->lost;
    (of_client ? out.preface_client : out.preface_server) = std::move(half->preface);
    if (half->framing && hello_seen) out.upgrade = half->framing->name();
  }
  if (options_->depth > 0) out.upgrade = "tls";
  if (hello_seen && !requested_.empty())
    out.upgrade = requested_;
  else if (hello_seen && (!out.preface_client.empty() || !out.preface_server.empty()) && out.upgrade != "tds")
    out.upgrade = upgrade_of(out.preface_client, out.preface_server, out.server.port);
  messages_.give(out);
  if (refusal_) {
    out.upgrade = refusal_->protocol;
    out.refusal = std::move(refusal_);
  }
  out.packets = all_packets(std::move(out.packets), tcp);
  judge_end(out, why, tcp);
  (*sink_)(std::move(out));
}

/// What carries the handshake, with the SYNs and the end.
std::vector<std::uint64_t> TlsReader::all_packets(std::vector<std::uint64_t> out, const TcpFacts& tcp) const {
  out.push_back(first_.packet);
  for (const TcpEnd& end : tcp.ends)
    for (const Moment& moment : {end.first, end.fin, end.reset}) out.push_back(moment.packet);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (!out.empty() && out.front() == 0) out.erase(out.begin());
  return out;
}

/// Whose bytes are no TLS where the other side spoke it. A greeting that nobody asked about TLS counts as the server's answer.
void TlsReader::set_not_tls(Handshake& out) const {
  const bool hello_seen = messages_.hello_from().has_value();
  observe::Conversation& c = out.conversation;
  c.not_tls = not_tls_;
  c.not_tls_from = messages_.side(not_tls_from_);
  if (!c.not_tls.empty() || messages_.server_hello_seen() || out.refusal) return;
  if (!hello_seen && !out.preface_client.empty() && !out.sight.begins_midway && answered_plaintext_) {
    c.not_tls = out.preface_client;
    c.not_tls_from = From::client;
  } else if (hello_seen && out.preface_client.empty() && !out.preface_server.empty()) {
    c.not_tls = out.preface_server;
    c.not_tls_from = From::server;
  }
}

void TlsReader::judge_end(Handshake& out, Over why, const TcpFacts& tcp) const {
  // Inside something that is neither text nor a known dialogue (an unknown tunnel) records are not the stream's own.
  const bool hello_seen = messages_.hello_from().has_value();
  const bool wrapped = messages_.malformed() && hello_seen && out.upgrade.empty() && !out.preface_client.empty();
  out.sight.begins_midway = (tcp.begins_midway && !hello_seen && !out.refusal) || wrapped;
  out.sight.client_missing = out.tcp.ends[0].packets == 0;
  out.sight.server_missing = out.tcp.ends[1].packets == 0;
  out.conversation.port = out.server.port;
  set_not_tls(out);
  if (wrapped) out.conversation.malformed.clear();
  end_conversation(out, why);
}

}  // namespace whytls::sources::capture
