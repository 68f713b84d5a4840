// SPDX-License-Identifier: Apache-2.0
// What the causes about the server's certificates share.
#pragma once

#include <string>

#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis::certificate {

/// Row of the table of certificate causes, as a rank: where several hold, the first is named.
constexpr int row(int number) { return rank::certificate + number; }

/// "the server's certificate" for position 0, else "the intermediate "subject"" or "the certificate at position 2".
inline std::string link_words(const Evidence& e, const std::string& position) {
  if (position == "0") return "the server's certificate";
  const std::string subject = e.text(Kind::link_subject, position);
  return subject.empty() ? "the certificate at position " + position : "the intermediate \"" + subject + "\"";
}

/// The fact of a kind whose position is nearest to the leaf, or nullptr.
inline const evidence::Fact* nearest_to_leaf(const Evidence& e, Kind kind) {
  const evidence::Fact* best = nullptr;
  for (const evidence::Fact* fact : e.all(kind))
    if (!best || base::number(fact->subject).value_or(99) < base::number(best->subject).value_or(99)) best = fact;
  return best;
}

/// A finding about one link at the step "certificate": certain, with `detail.position`.
inline Finding link_finding(const evidence::Fact& fact) {
  Finding f{.confidence = fact.certainty == evidence::Certainty::observed ? Confidence::certain : Confidence::likely,
            .stage = Stage::certificate};
  f.detail = {{"position", static_cast<std::int64_t>(base::number(fact.subject).value_or(0))}};
  f.rests_on = {{fact.kind, fact.subject}};
  return f;
}

/// Nothing was found for the missing issuer: a leaf alone, or a next certificate that is not its issuer, is a gap, unless the
/// issuer calls itself a root (docs/judgement.md, Neighbours, Trust).
inline bool looks_like_a_gap(const Evidence& e) {
  const Answer alone = e.find(Kind::chain_length) ? answer(e.number(Kind::chain_length) == 1) : Answer::unknown;
  return known_yes(alone || !e.is(Kind::chain_linked)) && !known_yes(e.is(Kind::issuer_calls_itself_root));
}

/// The name of an issuer that was found where no fact says that it was missing.
inline std::string missing_issuer(const Evidence& e, const evidence::Fact& found) {
  return found.subject == "1" ? e.text(Kind::leaf_issuer) : e.text(Kind::link_subject, found.subject);
}

/// "root CN=Foo" and "issuer CN=Foo" say where in the chain a name stands.
inline std::string bare_name(const std::string& name) {
  for (const std::string_view prefix : {"root ", "issuer "})
    if (name.rfind(prefix, 0) == 0) return name.substr(prefix.size());
  return name;
}

inline std::string found_words(const std::string& where) {
  if (where == "aia" || where.rfind("http", 0) == 0)
    return "; it was found at the address that the certificate names (AIA" + (where == "aia" ? "" : ", " + where) + ")";
  if (where == "store" || where == "cache") return "; it was found in a " + where + " on this machine";
  return where.empty() ? "" : "; it was found: " + where;
}

}  // namespace whytls::diagnosis::certificate
