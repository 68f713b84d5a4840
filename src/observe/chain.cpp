// SPDX-License-Identifier: Apache-2.0
#include "observe/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "x509/oddities.h"

namespace whytls::observe {
namespace {

using evidence::Certainty;
using evidence::Evidence;
using evidence::Fact;
using evidence::Kind;
using x509::Code;

std::string at(std::size_t position) { return std::to_string(position); }

const x509::Certificate* link(const x509::Judgement& j, std::size_t position) {
  return position < j.path.size() ? &j.path[position].certificate : nullptr;
}

std::string words(const x509::Problem& problem) {
  return fmt::format("certificate {} ({}): {}", problem.position, problem.subject, problem.value);
}

void put(Evidence& e, Kind kind, evidence::Value value, const x509::Problem& problem, bool with_position) {
  Fact fact{kind,
            with_position ? at(problem.position) : "",
            std::move(value),
            words(problem),
            problem.certain ? Certainty::observed : Certainty::inferred,
            {}};
  e.add(std::move(fact));
}

void add_problem(Evidence& e, const x509::Judgement& j, const x509::JudgeOptions& options, const x509::Problem& p) {
  const x509::Certificate* certificate = link(j, p.position);
  switch (p.code) {
    case Code::malformed:
      return put(e, Kind::link_malformed, p.value, p, true);
    case Code::revoked:
      return put(e, Kind::link_revoked, p.value, p, true);
    case Code::expired:
      return put(e, Kind::link_expired, certificate ? certificate->not_after : options.at, p, true);
    case Code::not_yet_valid:
      return put(e, Kind::link_not_yet_valid, certificate ? certificate->not_before : options.at, p, true);
    case Code::self_signed_leaf:
      return put(e, Kind::leaf_self_signed, true, p, false);
    case Code::issuer_missing:
      return put(e, Kind::issuer_missing, j.facts.missing_issuer.empty() ? p.value : j.facts.missing_issuer, p, true);
    case Code::untrusted_root:
      return put(e, Kind::root_untrusted, p.value, p, false);
    case Code::name_mismatch:
      return put(e, Kind::name_mismatch, options.host, p, false);
    case Code::bad_signature:
      return put(e, Kind::link_bad_signature, p.value, p, true);
    case Code::invalid_ca:
      return put(e, Kind::issuer_not_ca, p.value, p, true);
    case Code::name_constraint:
      return put(e, Kind::name_constraint, p.value, p, true);
    case Code::wrong_purpose:
      return put(e, Kind::wrong_purpose, p.value, p, true);
    case Code::unknown_critical_extension:
      return put(e, Kind::unknown_critical_extension, p.value, p, true);
    case Code::weak_key:
      return put(e, Kind::link_weak_key, p.value, p, true);
    case Code::weak_signature:
      return put(e, Kind::link_weak_signature, p.value, p, true);
    case Code::revocation_unavailable:
      put(e, Kind::revocation_why_unknown, p.value, p, false);
      return put(e, Kind::revocation_answer, std::string("unknown"), p, false);
    case Code::missing_staple:
      return put(e, Kind::staple, std::string("absent"), p, false);
  }
}

std::string staple_word(const x509::Judgement& j) {
  if (!j.staple) return "absent";
  if (!j.staple->usable()) return "unusable";
  return j.staple->status == x509::Revocation::good ? "good" : j.staple->status == x509::Revocation::revoked ? "revoked" : "unknown";
}

void add_leaf(Evidence& e, const x509::Certificate& leaf) {
  e.add(Kind::leaf_subject, leaf.subject);
  e.add(Kind::leaf_issuer, leaf.issuer);
  std::vector<std::string> names = leaf.dns_names;
  names.insert(names.end(), leaf.ip_addresses.begin(), leaf.ip_addresses.end());
  if (names.size() > 50) names.resize(50);
  e.add(Kind::leaf_names, names,
        "the certificate covers " + (names.empty() ? std::string("no name") : fmt::format("{}", fmt::join(names, ", "))));
  e.add(Kind::server_key, leaf.key.name, "the server's certificate has the key " + leaf.key.name);
  e.add(Kind::must_staple, leaf.must_staple);
}

void add_trust(Evidence& e, const x509::Judgement& j) {
  const x509::ChainFacts& f = j.facts;
  e.add(Kind::chain_linked, f.linked && f.in_order && f.unrelated.empty());
  if (!f.missing_issuer.empty()) e.add(Kind::issuer_calls_itself_root, f.missing_issuer_is_root);
  if (!f.found_in.empty()) {
    std::size_t position = f.served;
    e.add(Kind::issuer_found, f.found_in, "the missing issuer was found: " + f.found_in, at(position));
    for (const x509::Link& x : j.path)
      if (x.origin == x509::Origin::extra && !x.certificate.self_issued) {
        // All that is missing between what is sent and the root, in the order in which it is to be sent.
        e.add(Kind::issuer_found_pem, x509::to_pem(x.certificate), fmt::format("\"{}\" as PEM", x509::display_name(x.certificate)),
              at(position++));
      }
  }
  if (!f.known_in.empty()) e.add(Kind::other_store_has_root, f.known_in, "another store on this machine has the root: " + f.known_in);
  if (j.interception && !j.trusted)
    e.add(Kind::inspecting_product, j.interception->product,
          fmt::format("{} is the mark of {}", j.interception->evidence, j.interception->product));
}

/// What may explain why some clients fail has words of its own; the rest is a matter of tidiness.
bool explains(x509::OddityKind kind) {
  using x509::OddityKind;
  return kind == OddityKind::wrong_order || kind == OddityKind::expired_cross_sign || kind == OddityKind::replaced_root ||
         kind == OddityKind::better_leaf || kind == OddityKind::test_key;
}

void add_oddities(Evidence& e, const x509::Judgement& j, const x509::JudgeOptions& options) {
  for (const x509::Oddity& oddity : x509::oddities(j, options))
    e.add(Kind::chain_oddity, oddity.text, explains(oddity.kind) ? oddity.text : std::string{}, std::string(x509::name(oddity.kind)));
}

x509::Transparency timestamps_of(const x509::Judgement& j, const x509::JudgeOptions& options) {
  std::vector<x509::Sct> all = x509::embedded_scts(j.served.front()).timestamps;
  if (!options.staples.empty()) {
    for (x509::Sct& sct : x509::stapled_scts(options.staples.front()).timestamps) all.push_back(std::move(sct));
  }
  return x509::count_scts(j.served.front(), all);
}

std::string ids(const std::vector<x509::ClientView>& views, x509::Accepts answer) {
  std::string out;
  for (const x509::ClientView& view : views) {
    if (view.accepts == answer) out += (out.empty() ? "" : ", ") + view.id;
  }
  return out;
}

std::string summary(const std::vector<x509::ClientView>& views) {
  const std::string yes = ids(views, x509::Accepts::yes);
  const std::string no = ids(views, x509::Accepts::no);
  if (std::all_of(views.begin(), views.end(), [](const auto& view) { return view.accepts == x509::Accepts::no; }))
    return "every kind of client refuses it";
  if (no.empty()) return "accepted by " + (yes.empty() ? std::string("nobody for certain") : yes);
  return yes.empty() ? "refused by " + no : fmt::format("accepted by {}; refused by {}", yes, no);
}

}  // namespace

evidence::Evidence profile_facts(const x509::Judgement& j) {
  Evidence e;
  for (std::size_t i = 0; i < j.departures.size(); ++i) {
    std::vector<std::string> texts;
    for (const x509::Departure& d : j.departures[i]) texts.push_back(fmt::format("{} ({})", d.text, d.clause));
    if (!texts.empty()) e.add(Kind::profile_departure, base::join(texts, "; "), {}, at(i));
  }
  return e;
}

evidence::Evidence client_facts(const std::vector<x509::ClientView>& views) {
  Evidence e;
  if (views.empty()) return e;
  const bool all = std::all_of(views.begin(), views.end(), [](const x509::ClientView& v) { return v.accepts == x509::Accepts::yes; });
  e.add(Kind::client_kind_accepts, all, summary(views));
  for (const x509::ClientView& view : views) {
    // What depends on something unknown is no answer.
    if (view.accepts == x509::Accepts::unknown) continue;
    const std::string why = view.reasons.empty() ? std::string{} : fmt::format("{}: {}", view.id, base::join(view.reasons, "; "));
    e.add(Kind::client_kind_accepts, view.accepts == x509::Accepts::yes, why, view.id);
  }
  return e;
}

evidence::Evidence transparency_facts(const x509::Transparency& t, bool insists) {
  Evidence e;
  e.add(Kind::transparency_count, static_cast<std::int64_t>(t.wanted == 2 ? std::max(t.embedded, t.distinct - t.embedded) : t.embedded));
  if (insists) e.add(Kind::transparency_required, static_cast<std::int64_t>(t.wanted));
  return e;
}

evidence::Evidence facts_of(const x509::Judgement& j, const x509::JudgeOptions& options) {
  Evidence e;
  e.add(Kind::chain_length, static_cast<std::int64_t>(j.facts.served),
        fmt::format("the server sent {} certificate{}", j.facts.served, j.facts.served == 1 ? "" : "s"));
  e.add(Kind::chain_trusted, j.trusted);
  if (!j.served.empty()) add_leaf(e, j.served.front());
  for (std::size_t i = 0; i < j.path.size(); ++i) e.add(Kind::link_subject, x509::display_name(j.path[i].certificate), {}, at(i));
  e.add(Kind::staple, staple_word(j));
  if (options.require_revocation) e.add(Kind::revocation_required, true);
  for (const x509::Problem& problem : j.problems) add_problem(e, j, options, problem);
  add_trust(e, j);
  if (j.window && !j.window->empty()) {
    e.add(Kind::valid_from, j.window->from);
    e.add(Kind::valid_until, j.window->until);
  }
  if (!j.served.empty()) e.add(transparency_facts(timestamps_of(j, options), false));
  add_oddities(e, j, options);
  return e;
}

evidence::Evidence clock_facts(const x509::Judgement& j, base::Time local, base::Time other, const std::string& source) {
  Evidence e;
  const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(local - other);
  if (std::abs(ahead.count()) < 300) return e;
  e.add(Kind::clock_ahead, static_cast<std::int64_t>(ahead.count()),
        fmt::format("this machine's clock is {} {} the time of the server's {}", base::how_long(ahead),
                    ahead.count() > 0 ? "ahead of" : "behind", source == "responder" ? "issuer's responder" : source),
        source);
  if (j.window) e.add(Kind::chain_valid_by_other_clock, j.only_clock && j.window->holds(other), {}, source);
  return e;
}

evidence::Evidence store_facts(const x509::StoreReport& report, bool given_by_option) {
  Evidence e;
  e.add(Kind::store_roots, static_cast<std::int64_t>(report.roots),
        fmt::format("{} holds {} root{}", report.label, report.roots, report.roots == 1 ? "" : "s"));
  if (!report.paths.empty()) e.add(Kind::store_path, report.paths.front());
  e.add(Kind::store_given, given_by_option);
  if (!report.usable()) {
    const std::string why = report.problems.empty() ? report.label + " is empty" : report.problems.front().text;
    e.add(Kind::store_problem, why, why);
  }
  return e;
}

}  // namespace whytls::observe
