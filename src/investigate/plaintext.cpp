// SPDX-License-Identifier: Apache-2.0
// The answer was no TLS, or there was none: the protocol's own words are tried before anything is concluded.
#include "wire/plaintext.h"

#include <algorithm>

#include "investigate/client.h"
#include "investigate/session.h"
#include "wire/upgrade.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

probe::Trial upgrade_trial(const Session& s, std::string_view protocol) {
  probe::Trial trial;
  trial.offer = default_client(s.request);
  trial.offer.alpn.clear();
  trial.starttls = std::string(protocol);
  trial.step = std::chrono::milliseconds(1000);
  return trial;
}

void state_upgrade(Session& s, const std::string& protocol, const probe::Attempt& attempt) {
  const bool spoken = attempt.dialled == net::DialStage::ready || attempt.dial.not_offered || attempt.dial.refused;
  if (!spoken) return;
  const bool offered = attempt.dialled == net::DialStage::ready;
  s.add(Kind::upgrade_offered, offered,
        offered ? "asked in its own words (" + protocol + "), the server offers TLS"
                : "asked in its own words (" + protocol + "): " + attempt.dial.detail,
        protocol);
  if (!offered) return;
  s.add(Kind::upgrade_works, attempt.hello_answered(), "after the upgrade: " + probe::ending_words(attempt), protocol);
}

void note_upgrade(Session& s, const std::string& protocol, const probe::Attempt& attempt) {
  state_upgrade(s, protocol, attempt);
  ProbeRun run{.change = "starttls." + protocol, .words = "with the upgrade dialogue of " + protocol, .times = 1, .same = 1};
  run.works = attempt.hello_answered();
  run.ended = probe::ending_words(attempt);
  run.address = attempt.address.text();
  s.out.probes.push_back(std::move(run));
}

void try_protocol(Session& s, const std::string& protocol) {
  s.say("trying the upgrade of " + protocol);
  for (const probe::Attempt& attempt : s.runner.run({upgrade_trial(s, protocol)})) note_upgrade(s, protocol, attempt);
}

void call_plaintext(Session& s, const std::string& protocol, const std::string& excerpt, const std::string& text) {
  s.add(Kind::failure, std::string("plaintext"), text);
  s.add(Kind::plaintext_protocol, protocol);
  s.add(Kind::plaintext_excerpt, excerpt);
  s.add(Kind::plaintext_speaker, std::string("server"));
}

/// A listener behind a load balancer wants to be told who connects (PROXY protocol, version 1).
probe::Trial proxy_header_trial(const Session& s) {
  probe::Trial trial;
  trial.offer = default_client(s.request);
  const char* header =
      s.runner.place().route.address.v6() ? "PROXY TCP6 ::1 ::1 50000 443\r\n" : "PROXY TCP4 127.0.0.1 127.0.0.1 50000 443\r\n";
  const base::ByteView bytes = base::view(header);
  trial.prefix.assign(bytes.begin(), bytes.end());
  trial.step = std::chrono::milliseconds(1000);
  return trial;
}

/// Protocols whose servers wait for the client's words: those usual on this port, and where it is no usual port, those that end a
/// connection which begins with a ClientHello.
std::vector<std::string> silent_protocols(const Session& s) {
  if (const wire::UpgradeProtocol* usual = wire::upgrade_for_port(s.request.port)) return {std::string(usual->name)};
  if (s.out.evidence.text(Kind::failure) == "reset" || s.request.https()) return {};
  return {"postgres", "ldap"};
}

}  // namespace

void try_upgrades(Session& s) {
  const std::string shown = s.out.evidence.text(Kind::plaintext_protocol);
  // SMTP and FTP greet alike: both are asked.
  const bool greets_220 = s.out.evidence.text(Kind::plaintext_excerpt).rfind("220", 0) == 0;
  if (greets_220) {
    for (const char* protocol : {"smtp", "ftp"}) {
      try_protocol(s, protocol);
      if (!evidence::known_yes(s.out.evidence.is(Kind::upgrade_offered, protocol))) continue;
      s.add(Kind::plaintext_protocol, std::string(protocol));
      return;
    }
    return;
  }
  if (wire::upgrade_protocol(shown)) {
    try_protocol(s, shown);
  } else if (const wire::UpgradeProtocol* usual = wire::upgrade_for_port(s.request.port)) {
    try_protocol(s, std::string(usual->name));
  }
}

OtherWords begin_other_words(Session& s) {
  OtherWords words;
  words.proxy_header = s.runner.start(proxy_header_trial(s));
  for (const std::string& protocol : silent_protocols(s))
    if (auto future = s.runner.start(upgrade_trial(s, protocol))) words.upgrades.emplace_back(protocol, std::move(*future));
  words.plaintext = s.runner.start_plaintext();
  return words;
}

void end_other_words(Session& s, OtherWords words) {
  const auto verdict = s.diagnose().verdict;
  const bool explained = verdict && verdict->cause->rank < diagnosis::rank::residual;
  const base::Bytes said = words.plaintext ? words.plaintext->get() : base::Bytes{};
  std::vector<std::pair<std::string, probe::Attempt>> upgrades;
  for (auto& [protocol, future] : words.upgrades) upgrades.emplace_back(protocol, future.get());
  if (explained) return;
  for (const auto& [protocol, attempt] : upgrades) note_upgrade(s, protocol, attempt);
  if (words.proxy_header && words.proxy_header->get().hello_answered())
    return call_plaintext(s, "proxy-protocol", "", "with a PROXY protocol header in front, the server answers with a ServerHello");
  if (const auto spoken = s.out.evidence.all(Kind::upgrade_offered); !spoken.empty()) {
    const std::string protocol = spoken.front()->subject;
    return call_plaintext(s, protocol, "", "the port speaks " + protocol);
  }
  const wire::Plaintext plain = wire::recognise_plaintext(said, s.request.port);
  if (said.empty() || plain.protocol.empty() || plain.says_tls_expected) return;
  call_plaintext(s, plain.protocol, plain.excerpt, "spoken to in plaintext it answers: \"" + plain.excerpt + "\"");
  if (wire::upgrade_protocol(plain.protocol)) try_protocol(s, plain.protocol);
}

}  // namespace whytls::investigate
