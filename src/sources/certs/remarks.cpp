// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/remarks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "x509/oddities.h"

namespace whytls::certs {
namespace {

using Weight = Remark::Weight;
using x509::Certificate;
using x509::Flaw;

/// As the everyday alerts have it: at 30 % of the lifetime somebody should look, at 15 % the renewal has failed.
constexpr int soon = 30, urgent = 15;
/// The longest validity that browsers accept of a public authority (CA/Browser Forum, Baseline Requirements 6.3.2, since 2020).
constexpr std::chrono::days longest_public{398};

std::string quoted(const Certificate& certificate) { return "\"" + x509::display_name(certificate) + "\""; }

std::string at_place(const File& file, std::size_t line) {
  const std::string path = file.path == "-" ? "standard input" : file.path;
  return line == 0 ? path : fmt::format("{}:{}", path, line);
}

/// "A, B and 3 more".
std::string few(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  if (names.size() <= most) return base::join(names, ", ");
  return base::join({names.begin(), names.begin() + most}, ", ") + fmt::format(" and {} more", names.size() - most);
}

void add(std::vector<Remark>& out, Weight weight, std::string rule, std::string text) {
  out.push_back({weight, std::move(rule), std::move(text)});
}

std::vector<std::string> places_of(const Set& set, const std::vector<File>& files, const std::vector<std::size_t>& positions) {
  std::vector<std::string> out;
  for (const std::size_t at : positions)
    if (at < set.chain.size()) out.push_back(fmt::format("{} ({})", quoted(set.chain[at].certificate), place(files, set.chain[at])));
  return out;
}

void remark_root(const Set& set, const std::vector<File>& files, std::vector<Remark>& out) {
  for (std::size_t i = 1; i < set.chain.size(); ++i) {
    const Certificate& one = set.chain[i].certificate;
    if (!one.self_signed || !set.ordered) continue;
    add(out, Weight::note, "chain.root",
        fmt::format(
            "the root {} ({}) is sent without need: a client that trusts it has it, and one that does not will not take it from here",
            quoted(one), place(files, set.chain[i])));
    return;
  }
}

/// RFC 8446 4.4.2: each following certificate SHOULD directly certify the one before it; RFC 5246 7.4.2: MUST.
void remark_order(const Set& set, const x509::Judgement& j, std::vector<Remark>& out) {
  if (!set.ordered || j.facts.in_order) return;
  std::vector<std::string> right;
  for (const x509::Link& link : j.path)
    if (link.origin == x509::Origin::served) right.push_back(x509::display_name(link.certificate));
  add(out, Weight::warning, "chain.order",
      "the certificates stand in the wrong order, which strict clients refuse; the right one is: " + base::join(right, ", "));
}

/// What x509/oddities.h sees beyond what is said here with the places in the files.
void remark_oddities(const x509::Judgement& j, const x509::JudgeOptions& options, std::vector<Remark>& out) {
  using enum x509::OddityKind;
  for (const x509::Oddity& oddity : x509::oddities(j, options)) {
    switch (oddity.kind) {
      case root_sent:
      case duplicate:
      case wrong_order:
      case unrelated:
      case issuer_ends_first:
        break;
      case expired_cross_sign:
      case test_key:
        add(out, Weight::warning, "chain." + std::string(x509::name(oddity.kind)), oddity.text);
        break;
      case same_key:
      case replaced_root:
      case reissued_root:
      case better_leaf:
        add(out, Weight::note, "chain." + std::string(x509::name(oddity.kind)), oddity.text);
    }
  }
}

}  // namespace

void remark_files(const std::vector<File>& files, std::vector<Remark>& out) {
  for (const File& file : files) {
    bool secret = false;
    for (const Flaw& flaw : file.contents.flaws) {
      const bool error = flaw.weight == Flaw::Weight::broken;
      add(out,
          error                                   ? Weight::error
          : flaw.weight == Flaw::Weight::embedded ? Weight::warning
                                                  : Weight::note,
          "file.form", at_place(file, flaw.line) + ": " + flaw.text);
    }
    for (const x509::Part& part : file.contents.parts) {
      secret = secret || part.kind == x509::Part::Kind::key;
      if (part.kind == x509::Part::Kind::locked_key)
        add(out, Weight::note, "key.encrypted", fmt::format("{}: the private key is encrypted ({})", at_place(file, part.line), part.text));
      if (part.kind == x509::Part::Kind::request && !part.fault.empty())
        add(out, Weight::error, "request.signature", at_place(file, part.line) + ": " + part.text + ": " + part.fault);
      if (part.kind == x509::Part::Kind::other && !part.fault.empty())
        add(out, Weight::error, "key.damaged", at_place(file, part.line) + ": " + part.text + ": " + part.fault);
    }
    if (file.contents.locked && x509::count(file.contents, x509::Part::Kind::locked_key) == 0)
      add(out, Weight::warning, "file.locked", at_place(file, 0) + ": no password at hand opens all of it (--passphrase-file gives one)");
    if (secret && file.exposed)
      add(out, Weight::warning, "key.readable", at_place(file, 0) + " holds a private key, and everybody on this machine may read it");
    if (!file.contents.password.empty() && secret)
      add(out, Weight::note, "file.password",
          fmt::format("{}: its password is {}", at_place(file, 0),
                      file.contents.password == "empty" ? "empty" : "the well-known \"changeit\""));
  }
}

void remark_authorities(const Sorted& sorted, const std::vector<File>& files, base::Time at, std::vector<Remark>& out) {
  constexpr std::size_t most = 5;
  std::vector<std::string> expired;
  for (const Held& held : sorted.anchors)
    if (held.certificate.not_after < at)
      expired.push_back(
          fmt::format("{} ({}) expired on {}", quoted(held.certificate), place(files, held), base::date(held.certificate.not_after)));
  if (sorted.anchors.size() == 1) return;  // a fact by itself
  for (std::size_t i = 0; i < std::min(expired.size(), most); ++i) add(out, Weight::warning, "authority.expired", expired[i]);
  if (expired.size() > most)
    add(out, Weight::warning, "authority.expired", fmt::format("{} of {} authorities have expired", expired.size(), sorted.anchors.size()));
}

void remark_validity(const Certificate& c, base::Time at, std::vector<Remark>& out) {
  const auto left = percent_left(c, at);
  if (!left || *left > soon || at > c.not_after || at < c.not_before || c.self_signed) return;
  // Authorities live for years: a third of that is nobody's concern.
  if (c.is_ca && c.not_after - at > std::chrono::days(90)) return;
  const bool hurry = *left <= urgent;
  add(out, hurry ? Weight::warning : Weight::note, "validity.soon",
      fmt::format("{} ends on {}, in {}: {} % of its lifetime is left", quoted(c), base::date(c.not_after),
                  base::how_long(c.not_after - at), *left));
}

void remark_chain(const Set& set, const std::vector<File>& files, const x509::Judgement& j, const x509::JudgeOptions& options,
                  std::vector<Remark>& out) {
  remark_order(set, j, out);
  if (set.ordered && !j.facts.duplicates.empty())
    add(out, Weight::warning, "chain.duplicate", "sent more than once: " + few(places_of(set, files, j.facts.duplicates)));
  if (set.ordered && !j.facts.unrelated.empty())
    add(out, Weight::warning, "chain.unrelated",
        "no part of the chain, and sent for nothing: " + few(places_of(set, files, j.facts.unrelated)));
  if (!j.facts.unparsable.empty())
    add(out, Weight::warning, "chain.unreadable", "cannot be decoded: " + few(places_of(set, files, j.facts.unparsable)));
  remark_root(set, files, out);
  remark_oddities(j, options, out);
  for (const x509::Problem& p : j.elsewhere)
    add(out, Weight::note, "path.another", fmt::format("{} on one path: {}; another path avoids it", p.subject, p.value));
}

void remark_leaf(const x509::Judgement& j, const Question& question, std::vector<Remark>& out) {
  if (j.served.empty() || j.served.front().handle == nullptr) return;
  const Certificate& leaf = j.served.front();
  for (const x509::Link& link : j.path) remark_validity(link.certificate, question.at, out);
  for (std::size_t i = 1; i < j.path.size(); ++i)
    if (j.path[i].certificate.not_after < leaf.not_after && j.path[i].certificate.not_after > question.at)
      add(out, Weight::warning, "validity.issuer-first",
          fmt::format("{} ends on {}, before the leaf does ({})", quoted(j.path[i].certificate),
                      base::date(j.path[i].certificate.not_after), base::date(leaf.not_after)));
  // RFC 9525 2: the common name is not looked at.
  if (leaf.dns_names.empty() && leaf.ip_addresses.empty())
    add(out, Weight::warning, "names.none",
        "the certificate has no subject alternative name: clients accept it for no host" +
            (leaf.common_name.empty() ? std::string() : ", whatever its common name (" + leaf.common_name + ") says"));
  if (leaf.must_staple)
    add(out, Weight::note, "revocation.must-staple", "the certificate demands a stapled OCSP response: the server must staple (RFC 7633)");
  const bool is_public = j.trusted && !question.store_given && leaf.embedded_scts > 0;
  if (is_public && leaf.not_after - leaf.not_before > longest_public)
    add(out, Weight::warning, "validity.long",
        fmt::format("it is valid for {}: browsers accept no more than 398 days of a public authority",
                    base::how_long(leaf.not_after - leaf.not_before)));
}

}  // namespace whytls::certs
