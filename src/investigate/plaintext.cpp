// SPDX-License-Identifier: Apache-2.0
// The answer was no TLS, or there was none: the protocol's own words are tried before anything is concluded.
#include "wire/plaintext.h"

#include <algorithm>
#include <array>

#include "investigate/client.h"
#include "investigate/session.h"
#include "wire/upgrade.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;

/// Protocols whose servers wait for the client's words, so that nothing in their answer to a ClientHello shows them.
constexpr std::array<std::string_view, 4> silent{"postgres", "ldap", "rdp", "xmpp"};

probe::Trial upgrade_trial(const Session& s, std::string_view protocol) {
  probe::Trial trial;
  trial.offer = default_client(s.request);
  trial.offer.alpn.clear();
  trial.starttls = std::string(protocol);
  trial.step = std::chrono::milliseconds(2000);
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

/// True when some protocol of the list is spoken.
bool try_protocols(Session& s, const std::vector<std::string>& protocols) {
  std::vector<probe::Trial> trials;
  for (const std::string& protocol : protocols) {
    s.say("trying the upgrade of " + protocol);
    trials.push_back(upgrade_trial(s, protocol));
  }
  const auto attempts = s.runner.run(trials);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    state_upgrade(s, protocols[i], attempts[i]);
    ProbeRun run{.change = "starttls." + protocols[i], .words = "with the upgrade dialogue of " + protocols[i], .times = 1, .same = 1};
    run.works = attempts[i].hello_answered();
    run.ended = probe::ending_words(attempts[i]);
    run.address = attempts[i].address.text();
    s.out.probes.push_back(std::move(run));
  }
  return !s.out.evidence.all(Kind::upgrade_offered).empty();
}

void call_plaintext(Session& s, const std::string& protocol, const std::string& excerpt, const std::string& text) {
  s.add(Kind::failure, std::string("plaintext"), text);
  s.add(Kind::plaintext_protocol, protocol);
  s.add(Kind::plaintext_excerpt, excerpt);
  s.add(Kind::plaintext_speaker, std::string("server"));
}

/// A listener behind a load balancer that wants to be told who connects (PROXY protocol, version 1).
bool expects_proxy_header(Session& s) {
  probe::Trial trial;
  trial.offer = default_client(s.request);
  const char* header =
      s.runner.place().route.address.v6() ? "PROXY TCP6 ::1 ::1 50000 443\r\n" : "PROXY TCP4 127.0.0.1 127.0.0.1 50000 443\r\n";
  const base::ByteView bytes = base::view(header);
  trial.prefix.assign(bytes.begin(), bytes.end());
  trial.step = std::chrono::milliseconds(2000);
  const auto attempts = s.runner.run({trial});
  if (attempts.empty() || !attempts.front().hello_answered()) return false;
  call_plaintext(s, "proxy-protocol", "", "with a PROXY protocol header in front, the server answers with a ServerHello");
  return true;
}

}  // namespace

void try_upgrades(Session& s) {
  const std::string shown = s.out.evidence.text(Kind::plaintext_protocol);
  if (!shown.empty()) {
    std::vector<std::string> protocols;
    if (wire::upgrade_protocol(shown)) protocols.push_back(shown);
    if (protocols.empty())
      if (const wire::UpgradeProtocol* usual = wire::upgrade_for_port(s.request.port)) protocols.emplace_back(usual->name);
    if (!protocols.empty()) try_protocols(s, protocols);
    return;
  }
  if (expects_proxy_header(s)) return;
  const base::Bytes words = probe::plaintext_of(s.runner.place());
  if (const wire::Plaintext plain = wire::recognise_plaintext(words, s.request.port); !words.empty() && !plain.protocol.empty()) {
    call_plaintext(s, plain.protocol, plain.excerpt, "spoken to in plaintext it answers: \"" + plain.excerpt + "\"");
    if (wire::upgrade_protocol(plain.protocol)) try_protocols(s, {plain.protocol});
    return;
  }
  std::vector<std::string> protocols(silent.begin(), silent.end());
  if (try_protocols(s, protocols)) {
    const std::string spoken = s.out.evidence.all(Kind::upgrade_offered).front()->subject;
    call_plaintext(s, spoken, "", "the port speaks " + spoken);
  }
}

}  // namespace whytls::investigate
