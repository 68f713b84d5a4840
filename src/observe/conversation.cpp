// SPDX-License-Identifier: Apache-2.0
#include "observe/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "observe/machine.h"
#include "registry/registry.h"
#include "wire/compressed_certificate.h"
#include "wire/glance.h"
#include "wire/hello_rules.h"
#include "x509/certificate.h"

namespace whytls::observe {
namespace {

using enum wire::HandshakeType;
using evidence::Evidence;
using evidence::Kind;

/// The version of TLS whose messages a version has: DTLS 1.0 is TLS 1.1 over datagrams (RFC 4347 1), 1.2 is 1.2, 1.3 is 1.3; so is what
/// OpenSSL spoke before RFC 4347.
std::uint16_t rules_of(std::uint16_t version) {
  namespace known = registry::version;
  constexpr std::uint16_t before_rfc = 0x0100;
  if (version == known::dtls13) return known::tls13;
  if (version == known::dtls12) return known::tls12;
  return version == known::dtls10 || version == before_rfc ? known::tls11 : version;
}
bool is_tls13(std::uint16_t version) {
  const std::uint16_t rules = rules_of(version);
  return rules >= registry::version::tls13 && rules < 0xfe00;
}

/// What was read while going over the messages once.
struct Reading {
  std::optional<wire::ClientHello> client_hello;
  std::optional<wire::ServerHello> server_hello;
  std::optional<wire::CertificateRequest> request;
  std::optional<wire::ServerKeyExchange> key_exchange;
  std::optional<wire::EncryptedExtensions> extensions;
  std::optional<wire::CertificateVerify> verify;
  std::optional<wire::CertificateMessage> client_certificate;
  std::optional<wire::Alert> fatal;
  From fatal_from = From::server;
  std::vector<std::string> warnings;
  std::string violation;
  From violation_from = From::server;
  bool retried = false, server_done = false, server_finished = false, client_finished = false, status_seen = false, opaque_server = false,
       certificate_seen = false;
  State state = State::start;

  std::uint16_t version() const { return server_hello ? server_hello->version() : std::uint16_t{0}; }
  std::uint16_t rules() const { return rules_of(version()); }
  bool tls13() const { return is_tls13(version()); }
};

void violate(Reading& r, From from, std::string what) {
  if (!r.violation.empty()) return;
  r.violation = std::move(what);
  r.violation_from = from;
}

template <class Parsed>
void note_malformed(Reading& r, From from, const Parsed& parsed) {
  if (parsed.malformed) violate(r, from, parsed.malformed->text());
}

void read_server_hello(Reading& r, base::ByteView body) {
  wire::ServerHello hello = wire::parse_server_hello(body);
  note_malformed(r, From::server, hello);
  const bool retry = hello.hello_retry_request();
  const Step next = step(r.state, server_hello, is_tls13(hello.version()), retry);
  if (next.violation) violate(r, From::server, *next.violation);
  r.state = next.state;
  if (retry) {
    r.retried = true;
  } else {
    r.server_hello = std::move(hello);
  }
}

void read_server_message(Reading& r, wire::HandshakeType type, base::ByteView body) {
  if (type == server_hello) return read_server_hello(r, body);
  const Step next = step(r.state, type, r.tls13(), false);
  if (next.violation) violate(r, From::server, *next.violation);
  r.state = next.state;
  const auto keep = [&](auto& slot, auto parsed) {
    note_malformed(r, From::server, parsed);
    slot = std::move(parsed);
  };
  if (const auto sent = wire::read_certificate(type, body, r.tls13())) note_malformed(r, From::server, *sent);
  r.certificate_seen |= type == certificate || type == compressed_certificate;
  if (type == certificate_request && !r.server_finished) keep(r.request, wire::parse_certificate_request(body, r.rules()));
  if (type == server_key_exchange && r.server_hello)
    keep(r.key_exchange, wire::parse_server_key_exchange(body, r.server_hello->cipher_suite, r.rules()));
  if (type == encrypted_extensions) keep(r.extensions, wire::parse_encrypted_extensions(body));
  if (type == certificate_verify) keep(r.verify, wire::parse_certificate_verify(body, r.rules()));
  r.status_seen |= type == certificate_status;
  r.server_done |= type == server_hello_done;
  r.server_finished |= type == finished;
}

void read_client_message(Reading& r, wire::HandshakeType type, base::ByteView body) {
  if (type == client_hello && !r.server_hello) {
    r.client_hello = wire::parse_client_hello(body);
    note_malformed(r, From::client, *r.client_hello);
  }
  if (auto sent = wire::read_certificate(type, body, r.tls13())) r.client_certificate = std::move(sent);
  r.client_finished |= type == finished;
}

Reading read(const Conversation& c) {
  Reading r;
  for (const Event& event : c.events) {
    if (event.kind == Event::Kind::alert && !event.opaque) {
      const bool fatal = event.alert.level == 2 || (r.tls13() && event.alert.description != 0 && event.alert.description != 90);
      if (event.alert.description == 0) continue;  // close_notify
      if (fatal && !r.fatal) {
        r.fatal = event.alert;
        r.fatal_from = event.from;
      } else if (!fatal) {
        r.warnings.push_back(registry::alert_name(event.alert.description));
      }
    }
    if (event.kind != Event::Kind::handshake) continue;
    if (event.opaque || event.raw.size() < 4) {
      r.opaque_server |= event.from == From::server;
      continue;
    }
    const base::ByteView body = base::ByteView(event.raw).subspan(4);
    event.from == From::server ? read_server_message(r, event.type, body) : read_client_message(r, event.type, body);
  }
  return r;
}

/// RFC 8446 6.2: bad_certificate to unknown_ca, and the answer to a bad staple.
bool about_certificate(std::uint8_t alert) {
  constexpr std::uint8_t bad_certificate = 42, certificate_unknown = 46, unknown_ca = 48, bad_certificate_status_response = 113;
  return (alert >= bad_certificate && alert <= certificate_unknown) || alert == unknown_ca || alert == bad_certificate_status_response;
}

std::string stage_of(const Conversation& c, const Reading& r) {
  if (c.established) return "established";
  if (!r.server_hello) return "client-hello";
  if (r.server_hello->malformed || (!r.violation.empty() && r.state == (r.tls13() ? State::server_hello_13 : State::server_hello_12)))
    return "server-hello";
  const bool before_flight_end = r.tls13() ? !r.server_finished : !r.server_done;
  // The server's flight is hidden, but not what the client says of it: QUIC sends that under keys that anyone has.
  if (before_flight_end && r.fatal && r.fatal_from == From::client && about_certificate(r.fatal->description)) return "certificate";
  // RFC 7301 3.2: nothing of the client's comes between. A server of QUIC closes under all the keys that it has, hidden ones too.
  constexpr std::uint8_t no_application_protocol = 120;
  if (before_flight_end && r.fatal && r.fatal_from == From::server && r.fatal->description == no_application_protocol) return "certificate";
  if (before_flight_end && !r.opaque_server) {
    if (!r.certificate_seen) return "certificate";
    return r.tls13() && r.verify ? "finished" : "key-exchange";
  }
  if (r.request) return "client-certificate";
  return r.client_finished && r.server_finished ? "established" : "finished";
}

std::vector<std::string> names_of(const std::vector<std::uint16_t>& codes, std::string (*name)(std::uint16_t)) {
  std::vector<std::string> out;
  for (const std::uint16_t code : codes)
    if (!registry::is_grease(code)) out.push_back(name(code));
  return out;
}

void add_offer(Evidence& e, const wire::ClientHello& hello, const Conversation& c) {
  e.add(Kind::offered_versions, names_of(hello.versions(), registry::version_name));
  e.add(Kind::offered_suites, names_of(hello.cipher_suites, registry::suite_name));
  e.add(Kind::offered_groups, names_of(hello.supported_groups(), registry::group_name));
  e.add(Kind::offered_signature_algorithms, names_of(hello.signature_algorithms(), registry::signature_scheme_name));
  std::vector<std::string> alpn;
  for (const std::string& protocol : hello.alpn()) alpn.push_back(base::printable(protocol, 64));
  e.add(Kind::offered_alpn, alpn);
  e.add(Kind::offered_server_name, base::printable(hello.server_name().value_or("")));
  const auto event = std::find_if(c.events.begin(), c.events.end(),
                                  [](const Event& x) { return x.kind == Event::Kind::handshake && x.type == client_hello; });
  if (event != c.events.end()) e.add(Kind::offered_size, static_cast<std::int64_t>(event->raw.size()));
}

bool has_extension(const wire::ServerHello& hello, std::uint16_t type) { return wire::find_extension(hello.extensions, type) != nullptr; }

void add_selection(Evidence& e, const Reading& r) {
  const wire::ServerHello& hello = *r.server_hello;
  e.add(Kind::selected_version, registry::version_name(r.version()));
  e.add(Kind::accepts_version, true, {}, registry::version_name(r.version()));
  e.add(Kind::selected_suite, registry::suite_name(hello.cipher_suite));
  std::uint16_t group = hello.key_share() ? hello.key_share()->group : std::uint16_t{0};
  std::uint16_t scheme = r.verify ? r.verify->signature_scheme : std::uint16_t{0};
  if (r.key_exchange) {
    group = r.key_exchange->group;
    scheme = r.key_exchange->signature_scheme;
    if (!r.key_exchange->dh_p.empty()) e.add(Kind::dh_bits, static_cast<std::int64_t>(r.key_exchange->dh_p.size() * 8));
  }
  if (group != 0) e.add(Kind::selected_group, registry::group_name(group));
  if (scheme != 0) e.add(Kind::selected_signature_algorithm, registry::signature_scheme_name(scheme));
  const auto alpn = r.tls13() && r.extensions ? r.extensions->alpn() : hello.alpn();
  if (alpn) e.add(Kind::selected_alpn, base::printable(*alpn, 64));
  if (r.tls13()) return;
  if (const wire::Extension* info = wire::find_extension(hello.extensions, 0xff01))
    e.add(Kind::secure_renegotiation, info->data == base::Bytes{0});
  else if (hello.legacy_version >= registry::version::ssl3)
    e.add(Kind::secure_renegotiation, false);
  e.add(Kind::extended_master_secret, has_extension(hello, 23));
}

/// RFC 8446 4.1.3: the sentinel counts only where the client offered more than what was chosen.
void add_downgrade(Evidence& e, const Reading& r) {
  if (!r.client_hello || r.server_hello->downgrade() == wire::DowngradeSentinel::none) return;
  const auto offered = r.client_hello->versions();
  const auto offers = [&](std::uint16_t rules) {
    return std::any_of(offered.begin(), offered.end(), [&](std::uint16_t each) { return rules_of(each) == rules; });
  };
  const bool offered_13 = offers(registry::version::tls13);
  const bool offered_12 = offered_13 || offers(registry::version::tls12);
  const bool lowered =
      r.server_hello->downgrade() == wire::DowngradeSentinel::tls12 ? offered_13 : offered_12 && r.rules() < registry::version::tls12;
  if (lowered && !r.tls13()) e.add(Kind::downgrade_sentinel, true);
}

bool offered(const std::vector<std::uint16_t>& list, std::uint16_t code) { return std::find(list.begin(), list.end(), code) != list.end(); }

/// What the server chose must have been offered: RFC 8446 4.1.3, 4.2.8; RFC 5246 7.4.1.3.
std::string bad_choice(const Reading& r) {
  if (!r.client_hello || !r.server_hello || r.client_hello->malformed) return {};
  const wire::ServerHello& hello = *r.server_hello;
  if (r.version() == registry::version::ssl2) return {};  // there the client chooses, from what both have
  const auto versions = r.client_hello->versions();
  // A version below all that were offered is how an old server answers; that they do not meet is no breach.
  if (!versions.empty() && r.rules() > rules_of(versions.back()) && !offered(versions, r.version()))
    return fmt::format("the server chose {}, which was not offered", registry::version_title(r.version()));
  if (!offered(r.client_hello->cipher_suites, hello.cipher_suite))
    return fmt::format("the server chose {}, which was not offered", registry::suite_name(hello.cipher_suite));
  const auto share = hello.key_share();
  if (share && !offered(r.client_hello->supported_groups(), share->group))
    return fmt::format("the server chose the group {}, which was not offered", registry::group_name(share->group));
  if (hello.compression_method != 0) return "the server chose a compression method";
  for (const wire::Extension& extension : hello.extensions)
    if (!wire::find_extension(r.client_hello->extensions, extension.type) && extension.type != 0xff01 && extension.type != 44)
      return fmt::format("the server answers the extension {}, which was not sent", registry::extension_name(extension.type));
  return {};
}

/// As many as a report can show; all of them are compared where that matters.
std::vector<std::string> authorities_of(const wire::CertificateRequest& request) {
  constexpr std::size_t most = 50;
  std::vector<std::string> out;
  for (const base::Bytes& der : request.authorities)
    if (out.size() < most) out.push_back(x509::distinguished_name(der));
  return out;
}

void add_request(Evidence& e, const Reading& r) {
  if (!r.server_hello) return;
  const bool flight_over = r.server_done || r.server_finished;
  if (r.request || flight_over) e.add(Kind::requests_certificate, r.request.has_value());
  if (!r.request) return;
  e.add(Kind::request_signature_algorithms, names_of(r.request->signature_algorithms, registry::signature_scheme_name));
  if (!r.request->authorities.empty()) {
    const std::vector<std::string> names = authorities_of(*r.request);
    e.add(Kind::request_authorities, names, fmt::format("the server takes client certificates issued by {}", fmt::join(names, "; ")));
  }
  if (r.client_certificate) e.add(Kind::client_certificate_sent, !r.client_certificate->entries.empty());
}

void add_plaintext(Evidence& e, const Conversation& c) {
  const wire::Plaintext plain = wire::recognise_plaintext(c.not_tls, c.port);
  e.add(Kind::failure, std::string("plaintext"), "the answer to the ClientHello is no TLS: \"" + plain.excerpt + "\"");
  // What has the shape of TLS and is none comes from a TLS stack, or was TLS once on its way.
  if (const auto alert = wire::damaged_alert(c.not_tls); alert && c.not_tls_from == From::server)
    e.add(Kind::plaintext_protocol, std::string("damaged-alert"),
          fmt::format("the server answers {}, which is no TLS but has the shape of the alert {}", base::hex(c.not_tls, " "),
                      registry::alert_name(alert->description)));
  else
    e.add(Kind::plaintext_protocol, plain.protocol.empty() ? std::string("unknown") : plain.protocol);
  e.add(Kind::plaintext_excerpt, plain.excerpt);
  e.add(Kind::plaintext_speaker, std::string(c.not_tls_from == From::server ? "server" : "client"));
}

constexpr std::string_view ending_words(Ending ending) {
  switch (ending) {
    case Ending::closed:
      return "closed";
    case Ending::reset:
      return "reset";
    case Ending::timeout:
      return "timeout";
    case Ending::unreachable:
      return "unreachable";
    case Ending::local:
      return "local";
    default:
      return "";
  }
}

void add_failure(Evidence& e, const Conversation& c, const Reading& r, const std::string& stage) {
  e.add(Kind::failed_stage, stage);
  if (!c.not_tls.empty() && !r.server_hello && !r.fatal) return add_plaintext(e, c);
  if (r.fatal) {
    const std::string name = registry::alert_name(r.fatal->description);
    const std::string who = r.fatal_from == From::server ? "server" : "client";
    e.add(Kind::failure, std::string("alert"), fmt::format("the {} sends the fatal alert {} ({})", who, name, r.fatal->description));
    e.add(Kind::alert, name);
    e.add(Kind::alert_from, who);
    return;
  }
  const std::string words(ending_words(c.ending));
  if (!c.malformed.empty() || (!r.violation.empty() && words.empty())) {
    e.add(Kind::failure, std::string("malformed"));
  } else if (!words.empty()) {
    e.add(Kind::failure, words);
  }
}

/// A hello that was answered was good enough for this server, whatever the standards say of it.
void note_broken_hello(Reading& r) {
  if (!r.client_hello || r.server_hello) return;
  if (const auto rule = wire::broken_rule(*r.client_hello)) violate(r, From::client, "ClientHello: " + *rule);
}

void add_violation(Evidence& e, const Conversation& c, const Reading& r) {
  const std::string choice = bad_choice(r);
  const std::string what = !c.malformed.empty() ? c.malformed : !r.violation.empty() ? r.violation : choice;
  if (what.empty()) return;
  const From who = !c.malformed.empty() ? c.malformed_from : !r.violation.empty() ? r.violation_from : From::server;
  e.add(Kind::violation, base::printable(what), base::printable(what));
  e.add(Kind::violation_by, std::string(who == From::server ? "server" : "client"));
  e.add(Kind::violation_is_choice, c.malformed.empty() && r.violation.empty());
}

}  // namespace

std::string stage_of(const Conversation& conversation) { return stage_of(conversation, read(conversation)); }

evidence::Evidence facts_of(const Conversation& conversation) {
  Reading r = read(conversation);
  note_broken_hello(r);
  Evidence e;
  if (r.client_hello) add_offer(e, *r.client_hello, conversation);
  if (r.server_hello && r.server_hello->random.size() == 32) {
    add_selection(e, r);
    add_downgrade(e, r);
  }
  add_request(e, r);
  for (const std::string& warning : r.warnings) e.add(Kind::alert_warning, warning, {}, warning);
  add_violation(e, conversation, r);
  const std::string stage = stage_of(conversation, r);
  const bool completed = conversation.established && !r.fatal && conversation.ending == Ending::completed;
  e.add(Kind::completed, completed);
  if (!completed) add_failure(e, conversation, r, stage);
  return e;
}

namespace {

/// The server's message of the type certificate or compressed_certificate, and whether it has the form of TLS 1.3.
std::optional<std::pair<const Event*, bool>> server_certificate(const Conversation& conversation) {
  bool tls13 = false;
  for (const Event& event : conversation.events) {
    if (event.kind != Event::Kind::handshake || event.opaque || event.from != From::server || event.raw.size() < 4) continue;
    if (event.type == server_hello) {
      const auto seen = wire::glance_server_hello(base::ByteView(event.raw).subspan(4));
      tls13 = seen && is_tls13(seen->version);
    }
    if (event.type == certificate || event.type == compressed_certificate) return std::pair{&event, tls13};
  }
  return std::nullopt;
}

base::ByteView body_of(const Event& event) { return base::ByteView(event.raw).subspan(4); }

}  // namespace

std::vector<base::Bytes> server_chain(const Conversation& conversation) {
  std::vector<base::Bytes> out;
  const auto found = server_certificate(conversation);
  auto sent = found ? wire::read_certificate(found->first->type, body_of(*found->first), found->second) : std::nullopt;
  if (!sent) return out;
  for (wire::CertificateEntry& entry : sent->entries) out.push_back(std::move(entry.der));
  return out;
}

base::ByteView server_leaf(const Conversation& conversation, base::Bytes& room) {
  const auto found = server_certificate(conversation);
  if (!found) return {};
  base::ByteView body = body_of(*found->first);
  if (found->first->type == compressed_certificate) {
    room = wire::unpacked_certificate(wire::parse_compressed_certificate(body)).value_or(base::Bytes{});
    body = room;
  }
  base::Reader reader(body), context, list, leaf;
  if (found->second && !reader.prefixed8(context, "certificate_request_context")) return {};
  return reader.prefixed24(list, "certificate_list") && list.prefixed24(leaf, "certificate") ? leaf.rest() : base::ByteView{};
}

}  // namespace whytls::observe
