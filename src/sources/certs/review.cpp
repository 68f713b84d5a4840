// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/review.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "observe/chain.h"
#include "sources/certs/remarks.h"
#include "sources/certs/revocation.h"
#include "x509/clients.h"

namespace whytls::certs {
namespace {

using evidence::Certainty;
using evidence::Evidence;
using evidence::Kind;
using x509::Certificate;
using x509::Flaw;
using x509::Part;

std::string shown(const File& file) { return file.path == "-" ? "standard input" : file.path; }

void state(Evidence& e, Kind kind, evidence::Value value, std::string text, std::string where = {}, std::string subject = {},
           Certainty certainty = Certainty::observed) {
  e.add({kind, std::move(subject), std::move(value), std::move(text), certainty, {"certificate", std::move(where)}});
}

void state_question(Evidence& e, const Question& question) {
  state(e, Kind::client, std::string("default"), {});
  state(e, Kind::now, question.at, {});
  if (question.at_given) state(e, Kind::at_given, true, {});
  if (!question.host.empty()) state(e, Kind::host, question.host, {});
}

void state_files(Evidence& e, const std::vector<File>& files) {
  for (const File& file : files) {
    const std::string words = fmt::format("{}: {}", x509::format_name(file.contents.format), x509::summary(file.contents));
    state(e, Kind::file_holds, words, fmt::format("{} ({})", shown(file), words), file.path, shown(file));
    for (const Flaw& flaw : file.contents.flaws) {
      if (flaw.weight != Flaw::Weight::broken || flaw.certificate) continue;
      const std::string where = flaw.line == 0 ? shown(file) : fmt::format("{}:{}", shown(file), flaw.line);
      state(e, Kind::config_file_unreadable, where + ": " + flaw.text, where + ": " + flaw.text, where);
    }
  }
}

/// Certificates that a server has in its files but clients do not get, and stores of this machine: what may fill a gap.
Places with_files(const Set& set, const Question& question) {
  Places out = question.places;
  out.known = [&set, &question](const Certificate& child) {
    std::vector<x509::Extra> found;
    for (const Held& held : set.others)
      if (x509::names_issuer(child, held.certificate)) found.push_back({held.certificate, "another of the files"});
    if (found.empty() && question.places.known) found = question.places.known(child);
    return found;
  };
  return out;
}

/// The judgement's facts, as those of a file.
void state_chain(Evidence& e, const Set& set, const std::vector<File>& files, const x509::Judgement& j, const x509::JudgeOptions& options) {
  const Evidence judged = observe::facts_of(j, options);
  for (evidence::Fact fact : judged.facts()) {
    fact.provenance = {"certificate", {}};
    const auto position = base::number(fact.subject);
    if (position && *position < j.path.size() && j.path[*position].origin == x509::Origin::served)
      fact.provenance.where = place(files, set.chain[j.path[*position].index]);
    // Nothing was sent yet, and what a staple will say is not in a file.
    if (fact.kind == Kind::staple) continue;
    if (fact.kind == Kind::chain_length)
      fact.text = set.chain.size() == 1 ? "a server would send this certificate alone"
                                        : fmt::format("a server would send {} certificates", set.chain.size());
    e.add(std::move(fact));
  }
  state(e, Kind::chain_in_order, j.facts.in_order && set.leaf_at == 0, {});
  for (std::size_t i = 0; i < j.path.size(); ++i)
    if (const auto left = percent_left(j.path[i].certificate, options.at))
      state(e, Kind::validity_left, static_cast<std::int64_t>(*left), {}, {}, std::to_string(i));
}

/// Which kinds of client differ about it. Whether the root is a public one is not known of a file.
void state_clients(Evidence& e, const std::vector<base::Bytes>& served, const x509::Judgement& j, const x509::JudgeOptions& options) {
  if (j.served.empty() || j.served.front().handle == nullptr) return;
  x509::ClientQuestion question{.options = options};
  question.timestamps = x509::embedded_scts(j.served.front()).timestamps;
  Evidence views = observe::client_facts(x509::who_accepts(served, question));
  views.add(observe::profile_facts(j));
  for (evidence::Fact fact : views.facts()) {
    fact.provenance = {"certificate", {}};
    e.add(std::move(fact));
  }
}

/// A block in the leaf's file that was meant to be a certificate and cannot be read: the leaf itself, where it stands before all others.
void state_damage(Evidence& e, const Set& set, const std::vector<File>& files) {
  const Held& leaf = set.chain.front();
  for (const Flaw& flaw : files[leaf.file].contents.flaws) {
    if (!flaw.certificate) continue;
    const std::string where = fmt::format("{}:{}", shown(files[leaf.file]), flaw.line);
    if (flaw.line < leaf.line && set.chain.size() == 1 + set.leaf_at)
      state(e, Kind::link_malformed, flaw.text, where + ": " + flaw.text, where, "0");
    else
      state(e, Kind::config_file_unreadable, where + ": " + flaw.text, where + ": " + flaw.text, where);
  }
}

/// The leaf does not stand first: a server takes what does for its own certificate, and its key does not fit.
void state_first(Evidence& e, const Set& set, const std::vector<File>& files) {
  if (!set.first) return;
  const std::string what = fmt::format(
      "{}: \"{}\" stands first, which a server takes for its own certificate; the leaf \"{}\" stands at {}", place(files, *set.first),
      x509::display_name(set.first->certificate), x509::display_name(set.chain.front().certificate), place(files, set.chain.front()));
  state(e, Kind::config_key_mismatch, what, what, place(files, *set.first));
}

void state_key(Evidence& e, const Set& set, const std::vector<File>& files) {
  if (!set.key || set.key->part.kind == Part::Kind::locked_key) return;
  const HeldKey& key = *set.key;
  const std::string path = key.file < files.size() ? shown(files[key.file]) : "the private key";
  const std::string name = x509::display_name(set.chain.front().certificate);
  const std::string words = set.key_belongs ? fmt::format("{} ({}) belongs to \"{}\"", path, key.part.about->name, name)
                                            : fmt::format("{} ({}) is not the key of \"{}\" ({}), {}", path, key.part.about->name, name,
                                                          set.chain.front().certificate.key.name, place(files, set.chain.front()));
  state(e, Kind::key_belongs, set.key_belongs, words, path);
  if (!set.key_belongs) state(e, Kind::config_key_mismatch, words, words, path);
}

/// One authority alone is judged by what holds of it without a chain.
void state_authority(Evidence& e, const Held& held, const std::vector<File>& files, base::Time at) {
  const Certificate& c = held.certificate;
  const std::string words =
      fmt::format("\"{}\" is valid from {} to {}", x509::display_name(c), base::rfc3339(c.not_before), base::rfc3339(c.not_after));
  state(e, Kind::link_subject, x509::display_name(c), {}, place(files, held), "0");
  if (!c.malformed.empty()) state(e, Kind::link_malformed, c.malformed, c.malformed, place(files, held), "0");
  if (c.malformed.empty() && at > c.not_after) state(e, Kind::link_expired, c.not_after, words, place(files, held), "0");
  if (c.malformed.empty() && at < c.not_before) state(e, Kind::link_not_yet_valid, c.not_before, words, place(files, held), "0");
}

void state_end(Evidence& e, const x509::Judgement* j) {
  const bool broken = e.has(Kind::config_key_mismatch) || e.has(Kind::config_file_unreadable) || e.has(Kind::config_file_missing);
  const bool refused =
      (j != nullptr && !j->trusted) || e.has(Kind::link_malformed) || e.has(Kind::link_expired) || e.has(Kind::link_not_yet_valid);
  state(e, Kind::completed, !broken && !refused, {});
  if (!broken && !refused) return;
  state(e, Kind::failed_stage, std::string(refused ? "certificate" : e.has(Kind::config_key_mismatch) ? "key-exchange" : "tcp"), {});
  state(e, Kind::failure, std::string(refused ? "client" : "local"), {});
  if (!refused) state(e, Kind::config_side, std::string("server"), {});
}

void list_links(const Set& set, const std::vector<File>& files, const std::vector<x509::Extra>& extra, Review& out) {
  std::vector<bool> used(set.chain.size(), false);
  for (const x509::Link& link : out.judgement.path) {
    Link row{link.certificate, "trust store", Link::Role::intermediate, false};
    if (link.origin == x509::Origin::served) {
      row.place = place(files, set.chain[link.index]);
      row.in_files = true;
      used[link.index] = true;
    }
    if (link.origin == x509::Origin::extra && link.index < extra.size()) row.place = extra[link.index].from;
    if (out.links.empty())
      row.role = Link::Role::leaf;
    else if (link.anchor || link.certificate.self_signed)
      row.role = Link::Role::root;
    out.links.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < set.chain.size(); ++i)
    if (!used[i])
      out.links.push_back({set.chain[i].certificate, place(files, set.chain[i]), i == 0 ? Link::Role::leaf : Link::Role::unused, true});
}

void make_bundle(const std::vector<base::Bytes>& served, x509::JudgeOptions options, Review& out) {
  options.client_uses_extra = true;  // what was found is to be sent from now on
  const x509::Judgement best = x509::judge(served, options);
  out.bundle_holds = best.trusted;
  for (const x509::Link& link : best.path)
    if (out.bundle.empty() || (!link.anchor && !link.certificate.self_signed)) out.bundle.push_back(link.certificate);
  if (out.bundle.empty() && !best.served.empty()) out.bundle.push_back(best.served.front());
}

bool lacks_issuer(const x509::Judgement& j) { return j.has(x509::Code::issuer_missing) || j.has(x509::Code::untrusted_root); }

void remark_found(const std::vector<x509::Extra>& extra, const x509::Judgement& j, std::vector<Remark>& out) {
  for (const x509::Link& link : j.path) {
    if (link.origin != x509::Origin::extra || link.index >= extra.size()) continue;
    out.push_back({Remark::Weight::note, "chain.found",
                   fmt::format("the missing \"{}\" was found ({}), SHA-256 {}", x509::display_name(link.certificate),
                               extra[link.index].from, x509::fingerprint(link.certificate))});
  }
}

}  // namespace

std::optional<int> percent_left(const Certificate& c, base::Time at) {
  const auto life = c.not_after - c.not_before;
  if (life.count() <= 0) return std::nullopt;
  if (at >= c.not_after) return 0;
  if (at <= c.not_before) return 100;
  // By seconds: milliseconds times a hundred would overflow for a certificate that ends in the year 9999.
  const auto seconds = [](auto span) { return std::chrono::duration_cast<std::chrono::seconds>(span).count(); };
  return static_cast<int>(seconds(c.not_after - at) * 100 / std::max<std::int64_t>(seconds(life), 1));
}

/// What is said of revocation is said of now: it is not asked for another time, nor where nothing may be fetched.
void ask_about_revocation(const std::vector<base::Bytes>& served, const Question& question, x509::JudgeOptions& options, Review& out) {
  const Revocations revocations = look_at_revocation(
      out.judgement,
      {.at = question.at, .deadline = net::Clock::now() + question.places.timeout, .cancel = question.places.cancel, .say = {}});
  const Evidence facts = revocation_facts(revocations);
  for (evidence::Fact fact : facts.facts()) {
    fact.provenance = {"certificate", {}};
    out.evidence.add(std::move(fact));
  }
  if (facts.find(Kind::revocation_why_unknown))
    out.remarks.push_back({Remark::Weight::note, "revocation.unknown", facts.find(Kind::revocation_answer)->text});
  options.responses = revocations.responses;
  options.crls = revocations.crls;
  if (!revocations.responses.empty() || !revocations.crls.empty()) out.judgement = x509::judge(served, options);
}

Review review(const Set& set, const std::vector<File>& files, const Question& question) {
  Review out;
  x509::JudgeOptions options;
  options.host = question.host;
  options.at = question.at;
  options.store = question.store;
  options.honour_must_staple = false;  // a file cannot staple
  std::vector<base::Bytes> served;
  for (const Held& held : set.chain) served.push_back(held.certificate.der);
  out.judgement = x509::judge(served, options);
  if (!out.judgement.trusted) {
    options.extra = find_missing(out.judgement, *question.store, with_files(set, question));
    if (lacks_issuer(out.judgement)) options.other_stores = question.others;
    out.judgement = x509::judge(served, options);
  }
  if (question.places.fetch && !question.at_given) ask_about_revocation(served, question, options, out);
  state_question(out.evidence, question);
  state_files(out.evidence, files);
  state_chain(out.evidence, set, files, out.judgement, options);
  out.evidence.add(observe::store_facts(question.store->report(), question.store_given));
  state_damage(out.evidence, set, files);
  state_first(out.evidence, set, files);
  state_key(out.evidence, set, files);
  state_clients(out.evidence, served, out.judgement, options);
  state_end(out.evidence, &out.judgement);
  remark_files(files, out.remarks);
  remark_chain(set, files, out.judgement, options, out.remarks);
  remark_leaf(out.judgement, question, out.remarks);
  remark_found(options.extra, out.judgement, out.remarks);
  list_links(set, files, options.extra, out);
  make_bundle(served, options, out);
  return out;
}

Review review_others(const Sorted& sorted, const std::vector<File>& files, const Question& question) {
  Review out;
  state_question(out.evidence, question);
  state_files(out.evidence, files);
  for (const File& file : files)
    for (const Flaw& flaw : file.contents.flaws)
      if (flaw.certificate)
        state(out.evidence, Kind::link_malformed, flaw.text, fmt::format("{}:{}: {}", shown(file), flaw.line, flaw.text),
              fmt::format("{}:{}", shown(file), flaw.line), "0");
  remark_files(files, out.remarks);
  remark_authorities(sorted, files, question.at, out.remarks);
  if (sorted.anchors.size() == 1) state_authority(out.evidence, sorted.anchors.front(), files, question.at);
  for (const Held& held : sorted.anchors)
    out.links.push_back(
        {held.certificate, place(files, held), held.certificate.self_signed ? Link::Role::root : Link::Role::intermediate, true});
  state_end(out.evidence, nullptr);
  return out;
}

}  // namespace whytls::certs
