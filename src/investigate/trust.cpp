// SPDX-License-Identifier: Apache-2.0
// Trust, names and time, as the client in question would judge them; and its own certificate beside what the server asks for.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/text.h"
#include "investigate/client.h"
#include "investigate/session.h"
#include "observe/chain.h"
#include "registry/registry.h"
#include "sources/certs/missing.h"
#include "x509/judge.h"
#include "x509/key.h"
#include "x509/sct.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

base::Time time_of(const Session& s) { return s.request.at.value_or(base::now()); }

/// Missing intermediates by the addresses that the certificates name (RFC 5280 4.2.2.1), a few steps up at most.
std::vector<x509::Extra> fetch_missing(const Session& s, const x509::Judgement& j, const x509::TrustStore& store) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(s.runner.place().overall - net::Clock::now());
  if (s.request.offline || s.cancelled() || left.count() <= 0) return {};
  return certs::find_missing(j, store,
                             {.known = {},
                              .fetch = true,
                              .timeout = std::min(left, std::chrono::milliseconds(5000)),
                              .cancel = s.cancel,
                              .say = [&](const std::string& line) { s.say(line); }});
}

x509::KeyUse key_use_of(const probe::Transcript& t) {
  const registry::Suite* suite = t.selected.suite ? registry::suite(*t.selected.suite) : nullptr;
  return suite && suite->key_exchange == registry::KeyExchange::rsa ? x509::KeyUse::enciphering : x509::KeyUse::signing;
}

/// Whether the client in question wants a staple where the certificate demands one (RFC 7633 4.2.3.1): of the libraries GnuTLS does,
/// OpenSSL and Java do not.
bool honours_must_staple(const Session& s, const probe::Attempt& attempt) {
  if (s.recorded) return s.recorded->insists_on_staple.value_or(false);
  if (s.policy) return s.request.client == "gnutls";
  return attempt.trial.offer.status_request;
}

void add_clocks(Session& s, const probe::Transcript& t, const x509::Judgement& j) {
  if (s.request.at) return;
  const base::Time local = base::now();
  if (const auto date = base::parse_http_date(t.application.http_date))
    s.out.evidence.add(observe::clock_facts(j, local, *date, "date-header"));
  if (j.staple && j.staple->produced_at && j.staple->signature == x509::Verified::yes &&
      *j.staple->produced_at > local + std::chrono::minutes(5))
    s.out.evidence.add(observe::clock_facts(j, local, *j.staple->produced_at, "ocsp"));
}

/// An unrelated name gets a certificate for that name by the same private issuer: nobody but an inspecting proxy makes these up.
void look_for_interception(Session& s, const x509::Judgement& j) {
  if (!j.has(x509::Code::untrusted_root) && !j.has(x509::Code::issuer_missing)) return;
  probe::Trial trial;
  trial.offer = default_client(s.request);
  const std::string unrelated = "www.example.com";
  if (checked_name_of(s.request) == unrelated || j.served.empty()) return;
  trial.offer = probe::without_post_quantum(trial.offer);
  trial.offer.server_name = unrelated;
  trial.depth = probe::Depth::server_flight;
  const auto attempts = s.runner.run({trial});
  if (attempts.empty() || !attempts.front().transcript || attempts.front().transcript->certificates.empty()) return;
  const x509::Certificate other = x509::examine(attempts.front().transcript->certificates.front());
  const bool covers = x509::match_host(other, unrelated).covered;
  const bool wildcard_everything = x509::match_host(j.served.front(), unrelated).covered;
  if (covers && !wildcard_everything && other.issuer_der == j.served.front().issuer_der)
    s.add(Kind::same_issuer_for_unrelated_name, true,
          fmt::format("asked for {}, it shows a certificate for that name by the same issuer", unrelated));
}

/// Asked once for a leaf, and not at all with --offline, nor with --at: what is said is said of now.
certs::Revocations revocations_of(Session& s, const x509::Judgement& j) {
  if (s.request.offline || s.request.at || j.path.size() < 2 || s.cancelled()) return {};
  if (!s.revocations || s.revocations_of != j.path.front().certificate.der) {
    s.revocations = certs::look_at_revocation(
        j,
        {.at = time_of(s), .deadline = s.runner.place().overall, .cancel = s.cancel, .say = [&](const std::string& line) { s.say(line); }});
    s.revocations_of = j.path.front().certificate.der;
    const evidence::Evidence facts = certs::revocation_facts(*s.revocations);
    if (facts.find(Kind::revocation_why_unknown))
      s.out.remarks.push_back({"revocation.unknown", false, facts.find(Kind::revocation_answer)->text});
  }
  s.out.evidence.add(certs::revocation_facts(*s.revocations));
  return *s.revocations;
}

/// A browser wants signed certificate timestamps (RFC 6962) of what public authorities issue, and of nothing else: a root that only this
/// machine has is exempt.
void demand_timestamps(Session& s, const probe::Transcript& t, const x509::Judgement& j) {
  if (!s.recorded || s.recorded->timestamps == 0 || !j.trusted) return;
  const std::vector<x509::TrustStore> stores = x509::other_public_stores();
  const x509::Certificate& root = j.path.back().certificate;
  if (std::none_of(stores.begin(), stores.end(), [&](const x509::TrustStore& store) { return store.holds(root); })) return;
  std::vector<x509::Sct> all = x509::embedded_scts(j.served.front()).timestamps;
  for (const x509::SctList& more :
       {x509::read_scts(t.signed_certificate_timestamps, x509::SctPlace::handshake), x509::stapled_scts(t.ocsp_response)})
    all.insert(all.end(), more.timestamps.begin(), more.timestamps.end());
  const x509::Transparency counted = x509::count_scts(j.served.front(), all);
  s.out.evidence.add(observe::transparency_facts(counted, true));
  if (counted.met) return;
  s.add(Kind::completed, false);
  s.add(Kind::failed_stage, std::string("certificate"));
  s.add(Kind::failure, std::string("client"), s.recorded->title + " itself gives up");
}

/// A CA file or folder that was named and cannot be used is a fault of this machine, and wrong usage.
std::optional<base::Error> open_store(Session& s) {
  if (s.request.ca_file.empty() && s.request.ca_dir.empty()) return std::nullopt;
  const x509::StoreReport report = x509::TrustStore::of_files(s.request.ca_file, s.request.ca_dir).report();
  if (report.usable()) return std::nullopt;
  s.out.evidence.add(observe::store_facts(report, true));
  s.add(Kind::completed, false);
  s.add(Kind::failed_stage, std::string("certificate"));
  s.add(Kind::failure, std::string("client"));
  s.add(Kind::chain_trusted, false);
  const std::string why = report.problems.empty() ? "it holds no certificate" : report.problems.front().text;
  return base::Error{base::Fault::input, why, s.request.ca_file.empty() ? "--ca-dir" : "--ca-file", 0};
}

}  // namespace

x509::TrustStore trust_store_of(const Request& request) {
  const bool given = !request.ca_file.empty() || !request.ca_dir.empty();
  return given ? x509::TrustStore::of_files(request.ca_file, request.ca_dir) : x509::TrustStore::system();
}

std::optional<base::Error> open_inputs(Session& s) {
  if (auto error = open_store(s)) return error;
  if (s.request.cert_file.empty()) return std::nullopt;
  auto credential = x509::load_credential(s.request.cert_file, s.request.key_file, s.request.passphrase_file);
  if (!credential) return base::Error{base::Fault::input, credential.error().text, credential.error().path, 0};
  for (const x509::Certificate& certificate : credential->chain) s.identity.chain.push_back(certificate.der);
  s.identity.key = credential->key.handle;
  const x509::Certificate& leaf = credential->chain.front();
  const base::Time now = time_of(s);
  s.add(Kind::client_certificate_given, true);
  s.add(Kind::client_certificate_subject, leaf.subject);
  s.add(Kind::client_certificate_issuer, credential->chain.back().issuer);
  s.add(Kind::client_certificate_not_after, leaf.not_after);
  s.add(Kind::client_certificate_not_before, leaf.not_before);
  s.add(Kind::client_certificate_expired, now > leaf.not_after || now < leaf.not_before,
        fmt::format("the client certificate is valid from {} to {}", base::date(leaf.not_before), base::date(leaf.not_after)));
  const bool usage =
      !leaf.extended_key_usage || std::any_of(leaf.extended_key_usage->begin(), leaf.extended_key_usage->end(),
                                              [](const std::string& use) { return use == "clientAuth" || use == "anyExtendedKeyUsage"; });
  s.add(Kind::client_certificate_for_clients,
        usage && (!leaf.key_usage || leaf.key_usage->digital_signature || leaf.key_usage->key_agreement));
  s.add(Kind::client_certificate_key_matches, !credential->mismatch,
        credential->mismatch ? "the private key does not belong to the client certificate" : "");
  return std::nullopt;
}

void judge_identity(Session& s, const probe::Attempt& attempt) {
  if (!attempt.transcript || !attempt.transcript->client_certificate.requested || s.identity.chain.empty()) return;
  const wire::CertificateRequest& request = attempt.transcript->client_certificate.request;
  if (!request.authorities.empty()) {
    const bool listed = std::any_of(s.identity.chain.begin(), s.identity.chain.end(), [&](const base::Bytes& der) {
      const x509::Certificate certificate = x509::examine(der);
      return std::find(request.authorities.begin(), request.authorities.end(), certificate.issuer_der) != request.authorities.end();
    });
    s.add(Kind::client_certificate_issuer_listed, listed,
          listed ? "" : "the server names the issuers that it accepts, and none of them issued the client certificate");
  }
  s.add(Kind::client_certificate_algorithm_listed, !attempt.transcript->client_certificate.no_common_scheme);
}

void judge_chain(Session& s, const probe::Attempt& attempt) {
  if (!attempt.transcript || attempt.transcript->certificates.empty()) return;
  const probe::Transcript& t = *attempt.transcript;
  const bool given = !s.request.ca_file.empty() || !s.request.ca_dir.empty();
  const x509::TrustStore store = trust_store_of(s.request);
  x509::JudgeOptions options;
  options.host = checked_name_of(s.request);
  options.at = time_of(s);
  options.store = &store;
  options.key_use = key_use_of(t);
  if (!t.ocsp_response.empty()) options.staples = {t.ocsp_response};
  options.honour_must_staple = honours_must_staple(s, attempt);
  x509::Judgement judgement = x509::judge(t.certificates, options);
  std::vector<x509::TrustStore> others;
  if (judgement.has(x509::Code::issuer_missing) || judgement.has(x509::Code::untrusted_root)) {
    options.extra = fetch_missing(s, judgement, store);
    if (!given) others = x509::other_public_stores();
    for (const x509::TrustStore& other : others) options.other_stores.push_back(&other);
    judgement = x509::judge(t.certificates, options);
    look_for_interception(s, judgement);
  }
  const certs::Revocations revocations = revocations_of(s, judgement);
  options.responses = revocations.responses;
  options.crls = revocations.crls;
  if (!revocations.responses.empty() || !revocations.crls.empty()) judgement = x509::judge(t.certificates, options);
  s.out.evidence.add(observe::facts_of(judgement, options));
  if (!judgement.trusted) s.out.evidence.add(observe::client_facts(x509::who_accepts(t.certificates, {.options = options})));
  s.out.evidence.add(observe::store_facts(store.report(), given));
  add_clocks(s, t, judgement);
  for (const base::Time date : revocations.dates) s.out.evidence.add(observe::clock_facts(judgement, base::now(), date, "responder"));
  if (!given) demand_timestamps(s, t, judgement);
  s.out.chain = judgement.served;
}

}  // namespace whytls::investigate
