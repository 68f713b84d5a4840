// SPDX-License-Identifier: Apache-2.0
#include "sources/system/trust_table.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "sources/system/trust_reading.h"
#include "x509/outline.h"

namespace whytls::system {
namespace {

using State = StoreVerdict::State;
using x509::Certificate;

struct NameDeleter {
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
};
using NamePtr = std::unique_ptr<X509_NAME, NameDeleter>;

NamePtr decoded(base::ByteView name) {
  const unsigned char* at = name.data();
  return NamePtr(d2i_X509_NAME(nullptr, &at, static_cast<long>(name.size())));
}

bool same_name(base::ByteView a, base::ByteView b) {
  if (std::equal(a.begin(), a.end(), b.begin(), b.end())) return true;
  // Names that differ by more than the way of writing them mostly differ in length by more than that, too; the rest is for libcrypto.
  const NamePtr left = decoded(a);
  const NamePtr right = decoded(b);
  return left != nullptr && right != nullptr && X509_NAME_cmp(left.get(), right.get()) == 0;
}

/// It stands in the chain itself, or its key signed a link of it.
bool anchors_chain(const Certificate& anchor, const std::vector<Certificate>& chain) {
  return std::any_of(chain.begin(), chain.end(), [&](const Certificate& link) {
    if (link.sha256 == anchor.sha256) return true;
    return x509::names_issuer(link, anchor) && x509::verifies_under(link, anchor) == x509::Verified::yes;
  });
}

struct Opinion {
  State state = State::absent;
  std::string text;
};

Opinion opinion_of(const Anchor& anchor, const std::vector<Certificate>& chain, base::Time now) {
  const Certificate& c = anchor.certificate;
  if (!anchor.distrusted.empty()) return {State::distrusted, anchor.distrusted};
  if (anchor.distrusted_after && !chain.empty() && chain.front().not_before > *anchor.distrusted_after)
    return {State::distrusted, fmt::format("it refuses what this root issued after {}", base::date(*anchor.distrusted_after))};
  if (now > c.not_after) return {State::expired, fmt::format("the root there expired on {}", base::date(c.not_after))};
  if (now < c.not_before) return {State::expired, fmt::format("the root there is valid from {}", base::date(c.not_before))};
  // OpenSSL's and GnuTLS's defaults differ, X509_V_FLAG_PARTIAL_CHAIN.
  return {State::present, c.self_issued ? "" : "there as an intermediate: programs that insist on a root (OpenSSL's default) refuse it"};
}

/// The best that the store has to say: a trusted anchor beside a distrusted or expired one is enough.
StoreVerdict verdict_of(const Reading& reading, const std::vector<Certificate>& chain, base::Time now) {
  StoreVerdict out{State::absent, reading.who, reading.path, reading.named_by, {}, {}};
  if (!reading.problem.empty()) {
    out.state = State::unreadable;
    out.text = reading.problem;
    return out;
  }
  bool another_key = false;
  constexpr std::array<State, 4> best_first{State::present, State::expired, State::distrusted, State::absent};
  const auto rank = [&](State state) { return std::find(best_first.begin(), best_first.end(), state) - best_first.begin(); };
  for (const Anchor& anchor : reading.anchors) {
    if (!anchors_chain(anchor.certificate, chain)) {
      another_key = true;
      continue;
    }
    const Opinion opinion = opinion_of(anchor, chain, now);
    if (rank(opinion.state) >= rank(out.state)) continue;
    out.state = opinion.state;
    out.text = opinion.text;
    out.root = x509::display_name(anchor.certificate);
  }
  if (out.state == State::absent && another_key) out.text = "a root of that name is there, with another key";
  return out;
}

}  // namespace

Wanted::Wanted(const std::vector<Certificate>& chain) : chain_(chain) {
  for (const Certificate& link : chain) {
    for (const base::Bytes& name : {link.issuer_der, link.subject_der})
      if (!name.empty() && std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  }
}

bool Wanted::concerns(base::ByteView der) const {
  const auto outline = x509::outline(der);
  if (!outline) return false;
  ERR_set_mark();
  const bool out = std::any_of(names_.begin(), names_.end(), [&](const base::Bytes& name) { return same_name(outline->subject, name); });
  ERR_pop_to_mark();
  return out;
}

std::string_view state_name(State state) {
  constexpr std::array<std::string_view, 5> names{"present", "absent", "distrusted", "expired", "unreadable"};
  return names[static_cast<std::size_t>(state)];
}

std::vector<StoreVerdict> who_trusts(const std::vector<Certificate>& chain, base::Time now, const Environment& environment,
                                     bool ask_programs) {
  const Wanted wanted(chain);
  std::vector<StoreVerdict> out;
  for (const Reading& reading : read_stores(wanted, environment, ask_programs)) out.push_back(verdict_of(reading, chain, now));
  return out;
}

std::vector<std::pair<Certificate, std::string>> issuers_at_hand(const Certificate& child, const Environment& environment) {
  const std::vector<Certificate> chain{child};
  std::vector<std::pair<Certificate, std::string>> out;
  for (const Reading& reading : read_nss_databases(Wanted(chain), environment))
    for (const Anchor& anchor : reading.anchors)
      if (x509::names_issuer(child, anchor.certificate)) out.emplace_back(anchor.certificate, reading.who + ", " + reading.path);
  return out;
}

std::vector<evidence::Fact> trust_facts(const std::vector<StoreVerdict>& verdicts) {
  std::vector<evidence::Fact> out;
  for (const StoreVerdict& one : verdicts) {
    const std::string words =
        fmt::format("{} ({}): {}{}", one.who, one.path, state_name(one.state), one.text.empty() ? "" : ", " + one.text);
    out.push_back({evidence::Kind::store_verdict,
                   base::printable(one.who + ", " + one.path),
                   std::string(state_name(one.state)),
                   base::printable(words),
                   evidence::Certainty::observed,
                   {"system", base::printable(one.path)}});
  }
  return out;
}

}  // namespace whytls::system
