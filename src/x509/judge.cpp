// SPDX-License-Identifier: Apache-2.0
#include "x509/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "x509/checks.h"
#include "x509/openssl.h"
#include "x509/path.h"

namespace whytls::x509 {
namespace {

constexpr std::size_t most_served = 64;
constexpr std::size_t most_bytes = std::size_t{512} << 10U;

/// A path with its faults.
struct Judged {
  Path path;
  Ending ending;
  std::vector<Problem> problems;
  std::optional<OcspResponse> staple;
  unsigned tier = 0;
};

/// A client takes a path to an anchor where it finds one, and only with what it was sent. The others follow by how much of a
/// chain they are.
unsigned tier_of(const Path& path, const JudgeOptions& options) {
  const bool extra = path.uses_extra() && !options.client_uses_extra;
  if (path.end == End::anchor) return extra ? 1 : 0;
  return path.end == End::self_signed ? 2 : 3;
}

/// Faults about trust exclude each other on one path, and are one fault when paths are compared.
Code class_of(Code code) { return code == Code::self_signed_leaf || code == Code::issuer_missing ? Code::untrusted_root : code; }

std::set<Code> classes(const std::vector<Problem>& problems) {
  std::set<Code> out;
  for (const Problem& problem : problems) out.insert(class_of(problem.code));
  return out;
}

bool by_precedence(const Problem& a, const Problem& b) { return std::tie(a.code, a.position) < std::tie(b.code, b.position); }

Judged judged(Path path, const Context& context) {
  Judged out;
  out.tier = tier_of(path, context.options);
  out.path = std::move(path);
  out.ending = judge_ending(out.path, context);
  out.problems = judge_links(out.path, context);
  // libcrypto judges the anchor always. Paths to nowhere are in an attacker's hands: the first of them is enough.
  const bool bounded = out.path.end == End::anchor || std::exchange(context.found.first_unanchored, false);
  if (context.options.judge_anchor && bounded) add_libcrypto(out.path, out.problems);
  const auto revocation = judge_revocation(out.path, context, out.staple);
  out.problems.insert(out.problems.end(), out.ending.problems.begin(), out.ending.problems.end());
  out.problems.insert(out.problems.end(), revocation.begin(), revocation.end());
  std::stable_sort(out.problems.begin(), out.problems.end(), by_precedence);
  return out;
}

/// Fewer faults first; then, of as many, the path whose first fault comes first in the order of precedence; then what was built first.
bool better(const Judged& a, const Judged& b) {
  if (a.tier != b.tier) return a.tier < b.tier;
  if (a.tier == 3 && a.path.links.size() != b.path.links.size()) return a.path.links.size() > b.path.links.size();
  if (a.problems.size() != b.problems.size()) return a.problems.size() < b.problems.size();
  return !a.problems.empty() && a.problems.front().code < b.problems.front().code;
}

/// What every path of the best kind has in common; the rest of the best path's faults goes to `elsewhere`. Where nothing is
/// common, the best path's faults stand, each of them avoided by some other path.
void share(const std::vector<Judged>& all, const Judged& best, Judgement& out) {
  std::set<Code> common = classes(best.problems);
  for (const Judged& one : all) {
    if (one.tier != best.tier) continue;
    const std::set<Code> here = classes(one.problems);
    std::erase_if(common, [&](Code code) { return here.count(code) == 0; });
  }
  for (const Problem& problem : best.problems) {
    const bool shared = common.count(class_of(problem.code)) != 0;
    (shared || common.empty() ? out.problems : out.elsewhere).push_back(problem);
    if (!common.empty()) continue;
    out.problems.back().every_path = false;
    out.problems.back().certain = false;
  }
}

void read_window(Judgement& out) {
  if (out.path.empty()) return;
  Window window{out.path.front().certificate.not_before, out.path.front().certificate.not_after};
  for (const Link& link : out.path) {
    window.from = std::max(window.from, link.certificate.not_before);
    window.until = std::min(window.until, link.certificate.not_after);
  }
  out.window = window;
  const auto timely = [](const Problem& p) { return p.code == Code::expired || p.code == Code::not_yet_valid; };
  out.only_clock = !out.problems.empty() && !window.empty() && std::all_of(out.problems.begin(), out.problems.end(), timely);
}

/// What can be said of the list as served, before any path.
void read_served(Judgement& out) {
  std::vector<const Certificate*> distinct;
  for (std::size_t i = 0; i < out.served.size(); ++i) {
    const Certificate& c = out.served[i];
    const bool seen = std::any_of(distinct.begin(), distinct.end(), [&](const Certificate* known) { return *known == c; });
    if (seen) out.facts.duplicates.push_back(i);
    if (!seen) distinct.push_back(&c);
    if (c.handle == nullptr) out.facts.unparsable.push_back(i);
    if (i == 0) continue;
    if (c.self_signed) out.facts.root_served = true;
    const bool issuer = !out.facts.issuer_served && names_issuer(out.served[0], c) && verifies_under(out.served[0], c) == Verified::yes;
    out.facts.issuer_served = out.facts.issuer_served || issuer;
    if (i == 1) out.facts.next_is_issuer = issuer;
  }
  out.facts.leaf_alone = distinct.size() == 1;
  out.facts.leaf_is_ca = !out.served.empty() && out.served.front().is_ca;
}

void read_better_leaf(const std::string& host, Judgement& out) {
  if (!out.host || out.host->covered) return;
  for (std::size_t i = 1; i < out.served.size() && !out.facts.better_leaf; ++i) {
    if (!out.served[i].is_ca && match_host(out.served[i], host).covered) out.facts.better_leaf = i;
  }
}

void read_order(const std::vector<Judged>& all, Judgement& out) {
  std::size_t last = 0;
  for (const Link& link : out.path) {
    if (link.origin != Origin::served) continue;
    out.facts.in_order = out.facts.in_order && link.index >= last;
    last = link.index;
  }
  std::set<std::size_t> used;
  for (const Judged& one : all) {
    for (const Link* link : one.path.links) {
      if (link->origin == Origin::served) used.insert(link->index);
    }
  }
  for (std::size_t i = 0; i < out.served.size(); ++i) {
    const auto listed = [&](const std::vector<std::size_t>& list) { return std::find(list.begin(), list.end(), i) != list.end(); };
    const bool reissued_root = std::any_of(out.path.begin(), out.path.end(),
                                           [&](const Link& link) { return link.certificate.spki_sha256 == out.served[i].spki_sha256; });
    if (used.count(i) == 0 && !listed(out.facts.duplicates) && !listed(out.facts.unparsable) && !reissued_root)
      out.facts.unrelated.push_back(i);
  }
}

void take_best(const std::vector<Judged>& all, Asked asked, Judgement& out) {
  const Judged& best = *std::min_element(all.begin(), all.end(), better);
  for (const Link* link : best.path.links) out.path.push_back(*link);
  share(all, best, out);
  out.trusted = out.problems.empty();
  out.staple = best.staple;
  out.facts.linked = best.path.links.size() > 1;
  out.facts.rekeyed_issuer = best.path.rekeyed;
  out.facts.missing_issuer = best.ending.missing_issuer;
  out.facts.missing_issuer_is_root = best.ending.missing_issuer_is_root;
  out.facts.found_in = best.ending.found_in;
  out.facts.known_in = best.ending.known_in;
  for (std::size_t i = 0; i < best.path.links.size(); ++i)
    out.departures.push_back(departures(best.path.links[i]->certificate, role_of(best.path, i), asked));
  read_order(all, out);
  read_window(out);
}

/// Where not even the leaf can be parsed there is nothing to judge but that.
void judge_unparsable(Judgement& out) {
  const bool none = out.served.empty();
  out.problems.push_back({Code::malformed, 0, none ? "" : display_name(out.served.front()),
                          none ? "no certificate was served" : out.served.front().malformed, true, true});
}

void judge_paths(const JudgeOptions& options, Judgement& out) {
  Context::Found found;
  const Context context{options, out.served, out.host, found};
  Builder builder(out.served, options);
  std::vector<Judged> all;
  for (Path& path : builder.paths()) all.push_back(judged(std::move(path), context));
  out.paths = all.size();
  out.facts.bounded = out.facts.bounded || builder.bounded();
  if (all.empty()) return judge_unparsable(out);
  take_best(all, asked_of(options), out);
  // A path that was not looked at might have held.
  for (Problem& problem : out.problems) problem.certain = problem.certain && !out.facts.bounded;
}

}  // namespace

std::string_view name(Code code) {
  switch (code) {
    case Code::malformed:
      return "malformed";
    case Code::revoked:
      return "revoked";
    case Code::expired:
      return "expired";
    case Code::not_yet_valid:
      return "not_yet_valid";
    case Code::self_signed_leaf:
      return "self_signed_leaf";
    case Code::issuer_missing:
      return "issuer_missing";
    case Code::untrusted_root:
      return "untrusted_root";
    case Code::name_mismatch:
      return "name_mismatch";
    case Code::bad_signature:
      return "bad_signature";
    case Code::invalid_ca:
      return "invalid_ca";
    case Code::name_constraint:
      return "name_constraint";
    case Code::wrong_purpose:
      return "wrong_purpose";
    case Code::unknown_critical_extension:
      return "unknown_critical_extension";
    case Code::weak_key:
      return "weak_key";
    case Code::weak_signature:
      return "weak_signature";
    case Code::revocation_unavailable:
      return "revocation_unavailable";
    case Code::missing_staple:
      return "missing_staple";
  }
  return "unknown";
}

bool Judgement::has(Code code) const {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) { return problem.code == code; });
}

Judgement judge(const std::vector<base::Bytes>& chain, const JudgeOptions& options) {
  const QuietErrors quiet;
  Judgement out;
  out.facts.served = chain.size();
  std::size_t bytes = 0;
  for (const base::Bytes& der : chain) {
    bytes += der.size();
    if (out.served.size() >= most_served || bytes > most_bytes) break;
    out.served.push_back(examine(der));
  }
  out.facts.bounded = out.served.size() < chain.size();
  read_served(out);
  out.facts.store_empty = options.store == nullptr || !options.store->report().usable();
  if (out.served.empty() || out.served.front().handle == nullptr) {
    judge_unparsable(out);
    return out;
  }
  if (!options.host.empty()) out.host = match_host(out.served.front(), options.host);
  judge_paths(options, out);
  read_better_leaf(options.host, out);
  std::vector<Certificate> seen = out.served;
  for (const Link& link : out.path) seen.push_back(link.certificate);
  out.interception = intercepted_by(seen);
  return out;
}

std::string path_text(const std::vector<Link>& path) {
  std::string out;
  for (const Link& link : path) {
    const std::string from =
        link.origin == Origin::store ? "store" : fmt::format("{} {}", link.origin == Origin::served ? "served" : "found", link.index);
    out += fmt::format("{}{} ({}{})", out.empty() ? "" : " <- ", display_name(link.certificate), from,
                       link.anchor && link.origin != Origin::store ? ", trusted" : "");
  }
  return out;
}

}  // namespace whytls::x509
