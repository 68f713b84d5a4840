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

constexpr std::size_t most_addresses = 4;

void state_question(Session& s) {
  const Request& r = s.request;
  s.add(Kind::host, base::printable(r.host));
  s.add(Kind::port, static_cast<std::int64_t>(r.port));
  s.add(Kind::asked_by_address, probe::is_address(r.host) && !r.servername);
  s.add(Kind::https, r.https());
  s.add(Kind::client, r.client.empty() ? std::string("default") : r.client);
  s.add(Kind::now, r.at.value_or(base::now()));
  s.add(Kind::at_given, r.at.has_value());
  if (!r.starttls.empty()) s.add(Kind::starttls, r.starttls);
  const auto limit = [&](bool limited, const char* what) { s.add(Kind::limited, limited, {}, what); };
  limit(!r.versions.empty(), "versions");
  limit(!r.ciphers.empty(), "suites");
  limit(!r.groups.empty(), "groups");
  limit(!r.sigalgs.empty(), "signature-algorithms");
  limit(r.alpn.has_value(), "alpn");
  limit(r.no_servername, "server-name");
  s.add(Kind::insists, true, {}, "secure-renegotiation");
  if (s.runner.place().route.proxy) {
    const net::Proxy& proxy = *s.runner.place().route.proxy;
    s.add(Kind::proxy_name, base::printable(fmt::format("{}:{} ({})", proxy.host, proxy.port, proxy.from)));
  }
}

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

probe::Place place_for(const Request& r, const std::string& ip, const std::optional<net::Proxy>& proxy, net::Deadline overall,
                       const net::CancelFlag* cancel) {
  probe::Place place;
  const std::string host = r.connect_host.value_or(r.host);
  const std::uint16_t port = r.connect_host ? r.connect_port : r.port;
  place.route.host = r.host;
  place.route.address = {ip, port};
  place.route.target = host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
  place.route.proxy = proxy;
  place.route.starttls = r.starttls;
  place.route.stream.watch_hops = true;
  place.step = r.step;
  place.overall = overall;
  place.cancel = cancel;
  if (r.https()) place.http_host = r.host;
  return place;
}

/// What this attempt says, chain and demands included, replaces what an earlier one said.
void take_in(Session& s, const probe::Attempt& attempt) {
  s.out.evidence.add(probe::facts_of(attempt));
  std::vector<std::string> versions;
  for (const std::uint16_t version : s.out.offer.versions) versions.push_back(registry::version_name(version));
  s.add(Kind::offered_versions, versions);  // below TLS 1.3 a hello cannot say what its lowest version is: the client knows
  judge_chain(s, attempt);
  judge_identity(s, attempt);
  apply_client_demands(s);
}

/// The server chose a post-quantum group whose secret cannot be derived here: the same offer without such groups goes on.
probe::Attempt past_the_secret(Session& s, probe::Attempt attempt) {
  if (!attempt.transcript || !attempt.transcript->secret_unavailable) return attempt;
  const std::string group = registry::group_name(attempt.transcript->selected.group);
  probe::Trial classical = attempt.trial;
  classical.offer.raw.reset();
  classical.offer = probe::without_post_quantum(classical.offer);
  auto next = s.runner.run({classical});
  if (next.empty() || !next.front().transcript || !next.front().transcript->server_hello) return attempt;
  s.add(Kind::selected_group, group, "the server chose " + group + "; the certificate comes from a second handshake");
  s.out.remarks.push_back({"post-quantum", false, "the server chose the group " + group});
  return std::move(next.front());
}

bool healthy(const Session& s) { return known_yes(s.out.evidence.is(Kind::completed)); }

bool transient(const evidence::Evidence& e) {
  const std::string failure = e.text(Kind::failure);
  return failure == "reset" || failure == "closed" || failure == "timeout";
}

/// A single reset, close or silence proves nothing: where the same offer then works twice, nothing is wrong that we can name.
bool recovered(Session& s) {
  if (!transient(s.out.evidence)) return false;
  const auto again = [&]() -> std::optional<probe::Attempt> {
    auto attempts = s.runner.run({trial_of(s)});
    if (attempts.empty()) return std::nullopt;
    const bool good = gets_further(attempts.front(), *s.out.main);
    s.add(good ? Kind::failures_not_seen : Kind::failures_seen, std::int64_t{good ? 1 : 2});
    return good ? std::optional<probe::Attempt>(std::move(attempts.front())) : std::nullopt;
  };
  auto second = again();
  if (!second || !again()) return false;
  s.out.remarks.push_back(
      {"intermittent", true, "the first attempt ended differently (" + probe::ending_words(*s.out.main) + "); two repetitions went on"});
  s.out.main = past_the_secret(s, std::move(*second));
  s.out.evidence = {};
  state_question(s);
  take_in(s, *s.out.main);
  return true;
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
  auto attempts = s.runner.run({trial});
  if (attempts.empty() || !attempts.front().transcript || attempts.front().transcript->complete ||
      !attempts.front().transcript->server_hello)
    return;
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

constexpr std::chrono::milliseconds silence{800};

/// The first attempt is connected and silent so far. What decides is tried meanwhile, as if it had timed out already; true when
/// it then did, and what was found holds.
bool went_on_meanwhile(Session& s, std::future<probe::Attempt>& first) {
  s.silent = true;
  s.out.main = presumed_silent(s);
  take_in(s, *s.out.main);
  look_deeper(s);
  probe::Attempt attempt = first.get();
  s.silent = false;
  const bool as_presumed = probe::ended_alike(attempt, *s.out.main);
  s.out.main = std::move(attempt);
  if (!as_presumed) {
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

void diagnose_address(Session& s) {
  take_in(s, *s.out.main);
  ask_http(s);
  read_a_bad_request(s);
  apply_library_policy(s);
  if (healthy(s) && !s.diagnose().verdict) return;
  if (recovered(s) && healthy(s)) return;
  s.add(Kind::failures_seen, s.out.evidence.number(Kind::failures_seen).value_or(1));
  if (!s.cancelled()) look_deeper(s);
}

/// Why the client in question would not go on with this attempt, by the cause where one is plain; empty when it would.
std::string fault_of(Session& s, const probe::Attempt& attempt) {
  Investigation scratch;
  scratch.request = s.request;
  scratch.offer = s.out.offer;
  Session alone{s.request, scratch, s.runner, s.progress, s.cancel, s.recorded, s.policy, s.identity, {}};
  state_question(alone);
  take_in(alone, attempt);
  alone.add(Kind::failures_seen, std::int64_t{2});
  if (attempt.transcript && attempt.transcript->secret_unavailable) return {};
  if (healthy(alone) && !alone.diagnose().verdict) return {};
  const auto verdict = alone.diagnose().verdict;
  return verdict ? std::string(verdict->cause->id) : scratch.evidence.text(Kind::failure);
}

/// What came of one address, twice: as facts about it. True when it works.
bool note_address(Session& s, const std::string& ip, const std::optional<net::Proxy>& proxy) {
  const probe::Place place = place_for(s.request, ip, proxy, s.runner.place().overall, s.cancel);
  std::int64_t good = 0;
  std::int64_t bad = 0;
  std::string outcome;
  for (int i = 0; i < 2; ++i) {
    auto future = s.runner.start(trial_of(s), place);
    if (!future) break;
    const probe::Attempt attempt = future->get();
    const std::string fault = fault_of(s, attempt);
    ++(fault.empty() ? good : bad);
    outcome = fault.empty() ? "ok" : fault;
    s.out.probes.push_back({.change = "address",
                            .words = "the same offer to " + ip,
                            .times = 1,
                            .same = 1,
                            .works = fault.empty(),
                            .ended = probe::ending_words(attempt),
                            .address = attempt.address.text()});
    if (i == 0 && fault.empty() && s.healthy_first) break;  // nothing differs: once is enough
  }
  s.add(Kind::address_outcome, outcome, ip + ": " + outcome, ip);
  if (good > 0) s.add(Kind::address_successes, good, {}, ip);
  if (bad > 0) s.add(Kind::address_failures, bad, {}, ip);
  return bad == 0;
}

/// The other addresses of the name: each asked as the first was, twice where the outcome differs. On this machine itself a name
/// like localhost has addresses of both families, and a server that listens on one of them only is nothing unusual.
void compare_addresses(Session& s, const std::vector<std::string>& others, const std::optional<net::Proxy>& proxy) {
  const auto verdict = s.diagnose().verdict;
  s.healthy_first = healthy(s) && !verdict;
  bool differs = false;
  for (const std::string& ip : others) {
    if (s.cancelled()) return;
    if (!net::routable(ip)) {
      s.add(Kind::no_route_for_family, true, {}, ip.find(':') == std::string::npos ? "ipv4" : "ipv6");
      continue;
    }
    s.say("asking the address " + ip);
    differs |= note_address(s, ip, proxy) != s.healthy_first;
  }
  if (!differs) return;
  const std::string outcome = s.healthy_first ? "ok" : verdict ? std::string(verdict->cause->id) : s.out.evidence.text(Kind::failure);
  s.add(Kind::address_outcome, outcome, s.out.address + ": " + outcome, s.out.address);
  s.add(s.healthy_first ? Kind::address_successes : Kind::address_failures,
        s.healthy_first ? std::int64_t{1} : s.out.evidence.number(Kind::failures_seen).value_or(2), {}, s.out.address);
  if (verdict) s.add(Kind::address_cause, std::string(verdict->cause->id), {}, s.out.address);
}

/// Addresses of families that this machine can reach, where there are any. A name of this machine itself stands for whichever of
/// its addresses has a listener.
std::vector<std::string> usable_addresses(const Request& request, std::vector<std::string> addresses) {
  std::vector<std::string> reachable;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(reachable),
               [](const std::string& ip) { return ip.empty() || net::routable(ip); });
  if (reachable.empty()) return addresses;
  const std::string host = request.connect_host.value_or(request.host);
  const bool local = base::equals_nocase(host, "localhost") && reachable.size() > 1;
  if (!local) return reachable;
  const std::uint16_t port = request.connect_host ? request.connect_port : request.port;
  for (const std::string& ip : reachable)
    if (auto connected = net::connect({ip, port}, {}, net::Clock::now() + std::chrono::seconds(1), nullptr); connected.stream) return {ip};
  return {reachable.front()};
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
  Runner runner(place_for(request, names.addresses.empty() ? "" : names.addresses.front(), *proxy, overall, cancel), request.parallel,
                request.max_connections);
  Session s{request, out, runner, progress, cancel, offer->recorded, offer->policy, {}, {}};
  state_question(s);
  if (const auto error = open_inputs(s)) {
    out.unusable = *error;
    finish(s);
    return out;
  }
  if (names.addresses.empty()) {
    s.add(Kind::completed, false);
    s.add(Kind::failed_stage, std::string("dns"));
    s.add(Kind::failure, std::string("dns"), names.failure);
    s.add(Kind::dns_failure, names.failure, names.failure);
    finish(s);
    return out;
  }
  out.address = names.addresses.front();
  s.say("connecting to " + runner.place().route.address.text());
  probe::Trial asked = trial_of(s);
  asked.connected = std::make_shared<std::atomic<bool>>(false);
  auto first = runner.start(asked);
  if (!first) return out;
  const bool silent = first->wait_for(silence) != std::future_status::ready && *asked.connected;
  if (!silent || !went_on_meanwhile(s, *first)) {
    if (first->valid()) out.main = past_the_secret(s, first->get());
    diagnose_address(s);
  }
  if (names.addresses.size() > 1 && !s.cancelled()) {
    std::vector<std::string> others(names.addresses.begin() + 1, names.addresses.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                                               names.addresses.size(), most_addresses)));
    compare_addresses(s, others, *proxy);
  }
  finish(s);
  return out;
}

}  // namespace whytls::investigate
