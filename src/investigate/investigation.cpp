// SPDX-License-Identifier: Apache-2.0
#include "investigate/investigation.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/text.h"
#include "evidence/changes.h"
#include "investigate/client.h"
#include "investigate/session.h"
#include "registry/registry.h"
#include "x509/host.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;
using evidence::known_yes;

base::Result<std::optional<net::Proxy>> proxy_of(const Request& r) {
  if (r.proxy.empty()) return r.offline ? std::nullopt : net::proxy_from_environment(r.host, r.port);
  auto proxy = net::parse_proxy(r.proxy);
  if (!proxy) return base::fail(base::Fault::misuse, proxy.error().what, "--proxy");
  if (!r.proxy_auth_file.empty()) {
    std::ifstream file(r.proxy_auth_file);
    std::string line;
    if (!std::getline(file, line) || line.find(':') == std::string::npos)
      return base::fail(base::Fault::input, "the first line must be user:password", r.proxy_auth_file);
    proxy->user = line.substr(0, line.find(':'));
    proxy->password = std::string(base::trim(line.substr(line.find(':') + 1)));
  }
  return std::optional<net::Proxy>(*proxy);
}

/// The server chose a post-quantum group whose secret cannot be derived here: the same offer without such groups goes on.
probe::Attempt past_the_secret(Session& s, probe::Attempt attempt) {
  if (!attempt.transcript || !attempt.transcript->secret_unavailable) return attempt;
  const std::string group = registry::group_name(attempt.transcript->selected.group);
  probe::Trial classical = attempt.trial;
  classical.offer.raw.reset();
  classical.offer = probe::without_post_quantum(classical.offer);
  auto next = s.runner.run({classical});
  if (next.empty() || !next.front().transcript || !next.front().transcript->server_hello) {
    s.out.remarks.push_back({std::string(hidden_by_group), false,
                             "the server takes " + group + " only, whose secret cannot be computed here: what it sends behind the " +
                                 "ServerHello stays hidden, and a client that has this group may well get through"});
    return attempt;
  }
  s.add(Kind::selected_group, group, "the server chose " + group + "; the certificate comes from a second handshake");
  s.out.remarks.push_back({"post-quantum", false, "the server chose the group " + group});
  return std::move(next.front());
}

/// One more handshake like the one in question, with a request behind it, replaces it where HTTP answers. The answer's status.
std::int64_t once_more_with_http(Session& s, bool page) {
  probe::Trial trial = s.out.main->trial;
  (page ? trial.ask_page : trial.ask_http) = true;
  if (page) std::erase(trial.offer.alpn, "h2");
  auto attempts = s.runner.run({trial});
  if (attempts.empty() || !attempts.front().transcript || attempts.front().transcript->application.http_status == 0) return 0;
  s.out.main = std::move(attempts.front());
  s.out.main->trial.ask_http = s.out.main->trial.ask_page = false;
  take_in(s, *s.out.main);
  return s.out.evidence.number(Kind::http_status).value_or(0);
}

/// TLS 1.3, and libraries that let the program decide, refuse a client's certificate behind the handshake, some without a word:
/// a server that ends the connection before anything was said has refused it.
void listen(Session& s) {
  probe::Trial trial = s.out.main->trial;
  trial.listen = true;
  const auto refuses = [](const std::vector<probe::Attempt>& attempts) {
    return !attempts.empty() && attempts.front().transcript && !attempts.front().transcript->complete &&
           attempts.front().transcript->server_hello;
  };
  auto attempts = s.runner.run({trial});
  if (!refuses(attempts) || !refuses(s.runner.run({trial}))) return;  // one connection that is cut proves nothing
  s.out.main = std::move(attempts.front());
  take_in(s, *s.out.main);
  s.add(Kind::failed_stage, std::string("client-certificate"));
}

/// Where a web server may stand behind a port that is not known for it, one request tells what the handshake does not: what time
/// it is there, or, by a status that may mean it and then by the page, that a client certificate is wanted after all.
void ask_http(Session& s) {
  const evidence::Evidence& e = s.out.evidence;
  const bool certificate = known_yes(e.is(Kind::requests_certificate)) && healthy(s);
  const bool time = (!e.all(Kind::link_expired).empty() || !e.all(Kind::link_not_yet_valid).empty()) && !s.request.at;
  if (!s.request.starttls.empty() || (!certificate && !time)) return;
  std::int64_t status = e.number(Kind::http_status).value_or(0);
  if (status == 0 && !s.request.https()) status = once_more_with_http(s, false);
  if (certificate && status >= 400 && status < 500) once_more_with_http(s, true);
  if (certificate && status == 0) listen(s);
}

/// A page that says 400 may say why: that TLS was expected inside TLS, for example.
void read_a_bad_request(Session& s) {
  if (healthy(s) && s.request.https() && s.out.evidence.number(Kind::http_status) == 400) once_more_with_http(s, true);
}

/// The certificate is for another name, and none was sent: whether one cures it.
void try_with_a_name(Session& s) {
  if (s.out.offer.server_name || s.out.evidence.text(Kind::name_mismatch).empty() || probe::is_address(checked_name_of(s.request))) return;
  probe::Trial trial;
  trial.offer = probe::without_post_quantum(s.out.offer);
  trial.offer.server_name = checked_name_of(s.request);
  trial.depth = probe::Depth::server_flight;
  for (int i = 0; i < 2; ++i) {
    auto attempts = s.runner.run({trial});
    if (attempts.empty() || !attempts.front().transcript || attempts.front().transcript->certificates.empty()) return;
    const x509::Certificate leaf = x509::examine(attempts.front().transcript->certificates.front());
    const bool cured = x509::match_host(leaf, checked_name_of(s.request)).covered;
    s.add(Kind::cures, cured,
          fmt::format("with the server name {}: a certificate for {}", *trial.offer.server_name, x509::display_name(leaf)),
          std::string(evidence::change::server_name_added));
    if (!cured) return;
  }
}

/// A fault that only this client sees in what came whole is asked for once more.
void repeat_refusal(Session& s) {
  auto again = s.runner.run({s.out.main->trial});
  if (again.empty() || !again.front().transcript) return;
  const bool same = again.front().transcript->certificates == s.out.main->transcript->certificates;
  s.add(same ? Kind::failures_seen : Kind::failures_not_seen, std::int64_t{same ? 2 : 1});
  if (!same) s.out.remarks.push_back({"changing-certificate", true, "a second handshake showed another certificate"});
}

void look_deeper(Session& s) {
  const evidence::Evidence& e = s.out.evidence;
  const std::string failure = e.text(Kind::failure);
  const std::string stage = e.text(Kind::failed_stage);
  if (failure == "client") {
    try_with_a_name(s);
    return repeat_refusal(s);
  }
  if (failure == "plaintext" && stage == "client-hello") {
    s.add(Kind::failures_seen, std::int64_t{1});
    try_upgrades(s);
    return;
  }
  differ(s);
}

/// The handshake in question is the one that worked at last, and the failure before it a remark.
void take_recovery(Session& s) {
  s.out.remarks.push_back(
      {"intermittent", true, "the first attempt ended differently (" + probe::ending_words(*s.out.main) + "); two repetitions went on"});
  s.out.main = past_the_secret(s, std::move(*s.recovered));
  s.recovered.reset();
  const std::int64_t seen = s.out.evidence.number(Kind::failures_seen).value_or(1);
  const std::int64_t not_seen = s.out.evidence.number(Kind::failures_not_seen).value_or(2);
  s.out.evidence = {};
  state_question(s);
  take_in(s, *s.out.main);
  s.add(Kind::failures_seen, seen);
  s.add(Kind::failures_not_seen, not_seen);
}

void diagnose_address(Session& s) {
  take_in(s, *s.out.main);
  ask_http(s);
  read_a_bad_request(s);
  apply_library_policy(s);
  if ((healthy(s) || s.out.hidden()) && !s.diagnose().verdict) return;
  s.add(Kind::failures_seen, s.out.evidence.number(Kind::failures_seen).value_or(1));
  if (!s.cancelled()) look_deeper(s);
  if (!s.recovered) return;
  take_recovery(s);
  if (!healthy(s) || s.diagnose().verdict) look_deeper(s);  // what came now is another fault
}

/// The first attempt is slow, and probably will have failed as `presumed` did. What decides is tried meanwhile, on that ground; true
/// when it then did end so, and what was found holds.
bool went_on_meanwhile(Session& s, std::shared_future<probe::Attempt>& first, probe::Attempt presumed) {
  s.silent = true;
  s.pending = &first;
  s.out.main = std::move(presumed);
  take_in(s, *s.out.main);
  s.add(Kind::failures_seen, std::int64_t{1});
  look_deeper(s);
  probe::Attempt attempt = first.get();
  s.silent = false;
  s.pending = nullptr;
  const bool as_presumed = probe::ended_alike(attempt, *s.out.main);
  s.out.main = std::move(attempt);
  if (as_presumed && s.recovered) {
    take_recovery(s);
    return true;
  }
  if (!as_presumed) {
    s.recovered.reset();
    s.out.evidence = {};
    s.out.probes.clear();
    s.working.reset();
    state_question(s);
    return false;
  }
  const evidence::Evidence facts = probe::facts_of(*s.out.main);
  for (const evidence::Fact& fact : facts.facts())
    if (fact.kind != Kind::failure && !s.out.evidence.find(fact.kind, fact.subject)) s.out.evidence.add(fact);
  return true;
}

/// What a slow attempt will come to: nothing at all so far, or a stall in the middle, which a second attempt with less patience shows.
std::optional<probe::Attempt> presume(Session& s, const probe::Watch& watch) {
  if (!watch.connected) {
    s.twin = s.runner.start(trial_of(s));
    begin_addresses(s, 2);
    return std::nullopt;
  }
  if (!watch.heard) return presumed_silent(s);
  probe::Trial impatient = trial_of(s);
  impatient.step = std::chrono::milliseconds(1000);
  auto attempts = s.runner.run({impatient});
  if (attempts.empty() || !attempts.front().transcript || attempts.front().transcript->ending.end != net::End::timeout) return std::nullopt;
  return std::move(attempts.front());
}

void diagnose_first(Session& s) {
  s.say("connecting to " + s.runner.place().route.address.text());
  probe::Trial asked = trial_of(s);
  asked.watch = std::make_shared<probe::Watch>();
  auto started = s.runner.start(asked);
  if (!started) return;
  std::shared_future<probe::Attempt> first = started->share();
  if (first.wait_for(slow) != std::future_status::ready) {
    auto presumed = presume(s, *asked.watch);
    const bool still = first.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
    if (presumed && still && went_on_meanwhile(s, first, std::move(*presumed))) return;
  }
  s.out.main = past_the_secret(s, first.get());
  diagnose_address(s);
}

void finish(Session& s) {
  s.out.diagnosis = s.diagnose();
  s.out.connections = s.runner.used();
  s.out.interrupted = s.cancelled();
  s.out.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - s.begun);
}

}  // namespace

probe::Trial trial_of(const Session& s) {
  probe::Trial trial;
  trial.offer = s.out.offer;
  if (s.recorded) trial.offer.raw = s.recorded->client_hello;
  trial.depth = probe::Depth::application;
  trial.identity = s.identity;
  return trial;
}

Investigation investigate(const Request& request, const Progress& progress, const net::CancelFlag* cancel) {
  Investigation out;
  out.request = request;
  const net::Deadline overall = net::Clock::now() + request.timeout;
  auto offer = client_of(request);
  auto proxy = proxy_of(request);
  if (!offer || !proxy) {
    out.unusable = !offer ? offer.error() : proxy.error();
    return out;
  }
  out.offer = offer->offer;
  net::Resolved names;
  names.addresses = {""};  // a proxy resolves the name itself
  if (!*proxy) {
    const net::Family family = request.family == Family::v4   ? net::Family::v4
                               : request.family == Family::v6 ? net::Family::v6
                                                              : net::Family::any;
    names = net::resolve(request.connect_host.value_or(request.host), family, std::min(overall, net::Clock::now() + request.step), cancel);
  }
  if (!names.addresses.empty()) names.addresses = usable_addresses(request, std::move(names.addresses));
  out.address = names.addresses.empty() ? "" : names.addresses.front();
  Runner runner(place_of(request, out.address, *proxy, overall, cancel), request.parallel, request.max_connections);
  Session s{request, out, runner, progress, cancel, offer->recorded, offer->policy, {}, {}};
  s.addresses = names.addresses;
  state_question(s);
  if (const auto error = open_inputs(s)) {
    out.unusable = *error;
  } else if (names.addresses.empty()) {
    s.add(Kind::completed, false);
    s.add(Kind::failed_stage, std::string("dns"));
    s.add(Kind::failure, std::string("dns"), names.failure);
    s.add(Kind::dns_failure, names.failure, names.failure);
  } else {
    const std::shared_ptr<DnsAsked> asked = begin_dns(request, proxy->has_value(), cancel);
    diagnose_first(s);
    if (s.addresses.size() > 1 && !s.cancelled()) compare_addresses(s);
    if (asked) end_dns(s, *asked);
  }
  finish(s);
  return out;
}

}  // namespace whytls::investigate
