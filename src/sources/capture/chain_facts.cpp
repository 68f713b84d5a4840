// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "observe/chain.h"
#include "registry/registry.h"
#include "sources/capture/facts.h"
#include "wire/compressed_certificate.h"

namespace whytls::sources::capture {
namespace {

using evidence::Evidence;
using evidence::Kind;
using observe::Event;
using observe::From;

/// What the client's alert speaks of (RFC 8446 6.2). Many clients say bad_certificate or certificate_unknown of everything.
enum class Said : std::uint8_t { nothing, trust, time, signature, form, any, vague, another };

Said said_by_client(const Handshake& h) {
  struct Word {
    const char* alert;
    Said about;
  };
  // OpenSSL says decrypt_error of a certificate's signature too, and decode_error or internal_error of a certificate that it cannot read.
  static constexpr std::array words{Word{"unknown_ca", Said::trust},
                                    Word{"certificate_expired", Said::time},
                                    Word{"decrypt_error", Said::signature},
                                    Word{"decode_error", Said::form},
                                    Word{"illegal_parameter", Said::form},
                                    Word{"internal_error", Said::form},
                                    Word{"bad_certificate", Said::any},
                                    Word{"certificate_unknown", Said::any},
                                    Word{"access_denied", Said::vague},
                                    Word{"unsupported_certificate", Said::any},
                                    Word{"handshake_failure", Said::vague},
                                    Word{"certificate_revoked", Said::any},
                                    Word{"bad_certificate_status_response", Said::any}};
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::alert || e.opaque || e.from != From::client || e.alert.description == 0) continue;
    const std::string name = registry::alert_name(e.alert.description);
    const auto* found = std::find_if(words.begin(), words.end(), [&](const Word& word) { return name == word.alert; });
    return found == words.end() ? Said::another : found->about;
  }
  return Said::nothing;
}

constexpr std::array trust_kinds{Kind::leaf_self_signed, Kind::issuer_missing, Kind::root_untrusted};
constexpr std::array time_kinds{Kind::link_expired, Kind::link_not_yet_valid};

template <std::size_t N>
bool among(const std::array<Kind, N>& kinds, Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool is_staple(Kind kind) {
  return kind == Kind::staple || kind == Kind::link_revoked || kind == Kind::revocation_answer || kind == Kind::revocation_why_unknown;
}

bool is_fault(Kind kind) {
  constexpr std::array others{Kind::link_malformed,     Kind::name_mismatch, Kind::link_bad_signature,         Kind::issuer_not_ca,
                              Kind::name_constraint,    Kind::wrong_purpose, Kind::unknown_critical_extension, Kind::link_weak_key,
                              Kind::link_weak_signature};
  return among(trust_kinds, kind) || among(time_kinds, kind) || among(others, kind);
}

/// Faults that the client's behaviour does not rule out. This machine's trust store is not the client's unless it was given: what only
/// it says counts where the client speaks of trust, or of certificates in general while nothing else is wrong.
bool believable(Kind fault, Said said, bool other_faults, const Assessment& a, bool store_given) {
  const bool trust = among(trust_kinds, fault);
  switch (said) {
    case Said::trust:
      return !among(time_kinds, fault) && fault != Kind::name_mismatch;
    case Said::time:
      return among(time_kinds, fault);
    case Said::signature:
      return fault == Kind::link_bad_signature;
    case Said::form:
      return fault == Kind::link_malformed || fault == Kind::link_bad_signature || fault == Kind::wrong_purpose;  // GnuTLS, of key usage
    case Said::any:
      return !trust || store_given || !other_faults;
    case Said::vague:  // it may as well be about the key exchange
      return !trust || store_given;
    default:  // it left without a word: a gap or a root that this machine lacks would be a guess, and so is any distrust of who completed
              // it. What is weak today may have been accepted then.
      if (fault == Kind::link_weak_key || fault == Kind::link_weak_signature) return false;
      return !trust || store_given || (fault == Kind::leaf_self_signed && !other_faults && !a.sent_nothing);
  }
}

Evidence believable_of(const Evidence& judged, Said said, const Assessment& a, bool store_given) {
  const auto& all = judged.facts();
  const bool other_faults =
      std::any_of(all.begin(), all.end(), [](const evidence::Fact& f) { return is_fault(f.kind) && !among(trust_kinds, f.kind); });
  // A missing or unusable staple, and what it says, is the reason only where nothing else is wrong: most clients do not look at it.
  const bool distrusted = std::any_of(all.begin(), all.end(), [](const evidence::Fact& f) { return among(trust_kinds, f.kind); });
  const bool about_staple = said == Said::any || a.encrypted_alert_by_client || a.sent_nothing;
  Evidence out;
  for (const evidence::Fact& fact : all) {
    if (is_staple(fact.kind) && (other_faults || distrusted || !about_staple)) continue;
    if (is_fault(fact.kind) && !believable(fact.kind, said, other_faults, a, store_given)) continue;
    evidence::Fact kept = fact;
    if (is_fault(fact.kind)) kept.certainty = evidence::Certainty::inferred;
    out.add(std::move(kept));
  }
  return out;
}

bool has_fault(const Evidence& e) {
  const auto& all = e.facts();
  const bool without_staple = evidence::known_yes(e.is(Kind::must_staple)) && e.text(Kind::staple) == "absent";
  return without_staple ||
         std::any_of(all.begin(), all.end(), [](const evidence::Fact& f) { return is_fault(f.kind) || f.kind == Kind::link_revoked; });
}

/// What stands there was seen in another connection.
Evidence as_shown_in(const Evidence& all, std::uint64_t flow) {
  Evidence out;
  for (evidence::Fact fact : all.facts()) {
    fact.certainty = evidence::Certainty::inferred;
    if (is_fault(fact.kind))
      fact.text = (fact.text.empty() ? std::string("a fault of the chain") : fact.text) +
                  fmt::format(" (hidden here; connection {} to the same server for the same name shows it)", flow);
    out.add(std::move(fact));
  }
  return out;
}

/// In a message of its own (RFC 6066 8), or with the leaf (RFC 8446 4.4.2.1).
std::optional<base::Bytes> staple_of(const Handshake& h) {
  constexpr std::uint16_t status_request = 5;
  for (const Event& e : h.conversation.events) {
    if (e.kind != Event::Kind::handshake || e.opaque || e.from != From::server || e.raw.size() <= 4) continue;
    const base::ByteView body = base::ByteView(e.raw).subspan(4);
    if (e.type == wire::HandshakeType::certificate_status) return wire::parse_certificate_status(body);
    if (!e.encrypted) continue;  // before TLS 1.3 certificates are in the clear
    const auto sent = wire::read_certificate(e.type, body, true);
    if (!sent || sent->entries.empty()) continue;
    for (const wire::Extension& x : sent->entries.front().extensions)
      if (x.type == status_request) return wire::parse_certificate_status(x.data);
  }
  return std::nullopt;
}

void append(std::string& key, base::ByteView bytes) {
  key += std::to_string(bytes.size()) + ' ';
  key += base::text(bytes);
}

}  // namespace

const x509::Judgement& ChainJudge::judge(const std::vector<base::Bytes>& served, x509::JudgeOptions how) {
  how.at = base::Time(std::chrono::floor<std::chrono::seconds>(how.at));
  std::string key = fmt::format("{} {} {} ", how.at.time_since_epoch().count(), served.size(), how.staples.size());
  append(key, base::view(how.host));
  for (const base::Bytes& each : served) append(key, each);
  for (const base::Bytes& each : how.staples) append(key, each);
  if (known_.size() >= most_known && !known_.contains(key)) known_.clear();
  const auto [place, fresh] = known_.try_emplace(std::move(key));
  if (fresh) place->second = x509::judge(served, how);
  return place->second;
}

Evidence chain_facts(const Handshake& h, const Assessment& a, const FactOptions& options, std::vector<x509::Certificate>& chain) {
  std::vector<base::Bytes> served = observe::server_chain(h.conversation);
  const ShownChain* const elsewhere = served.empty() ? options.shown : nullptr;
  if (elsewhere) served = elsewhere->certificates;
  if (served.empty()) return {};
  const Said said = said_by_client(h);
  // The client is the one who judges: where the server ended it, or the client accepted and went on, the chain was not the reason.
  const bool silently = a.sent_nothing && !options.went_on_elsewhere;
  const bool left = a.ended_by_client || silently || a.encrypted_alert_by_client;
  const bool client_refused = said == Said::nothing ? left : said != Said::another;
  x509::JudgeOptions how;
  for (const Event& e : h.conversation.events)
    if (e.kind == Event::Kind::handshake && !e.opaque && e.type == wire::HandshakeType::client_hello && e.raw.size() > 4)
      how.host = wire::parse_client_hello(base::ByteView(e.raw).subspan(4)).server_name().value_or("");
  how.at = h.first.time();
  how.store = options.store;
  if (auto staple = staple_of(h)) how.staples = {std::move(*staple)};
  ChainJudge once;
  const x509::Judgement& judgement = (options.chains ? *options.chains : once).judge(served, how);
  if (!elsewhere) chain = judgement.served;
  Evidence judged = observe::facts_of(judgement, how);
  if (!client_refused) {
    if (elsewhere) return {};
    Evidence plain;
    for (const evidence::Fact& fact : judged.facts())
      if (!is_fault(fact.kind) && !is_staple(fact.kind) && fact.kind != Kind::chain_trusted) plain.add(fact);
    return plain;
  }
  Evidence out = believable_of(judged, said, a, options.store_given);
  if (elsewhere && !has_fault(out)) return {};  // then it may have been another one
  if (elsewhere) out = as_shown_in(out, elsewhere->flow);
  if (options.store) out.add(observe::store_facts(options.store->report(), options.store_given));
  const bool silent = said == Said::nothing;
  if (silent && has_fault(out) && !a.encrypted_alert_by_client) {
    out.add(Kind::completed, false);
    out.add(Kind::abandoned, false);
    out.add(Kind::failed_stage, std::string("certificate"));
    out.add(Kind::failure, std::string("client"), a.sent_nothing ? "the client completes the handshake, sends nothing and leaves" : a.text);
  } else if (!silent && (has_fault(out) || said == Said::trust || said == Said::time || said == Said::any)) {
    out.add(Kind::failed_stage, std::string("certificate"));
  }
  return out;
}

}  // namespace whytls::sources::capture
