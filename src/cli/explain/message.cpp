// SPDX-License-Identifier: Apache-2.0
#include "cli/explain/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "diagnosis/readings.h"
#include "registry/registry.h"

namespace whytls::cli {
namespace {

using diagnosis::Candidate;
using evidence::Kind;
using sources::message::Match;
using sources::message::Place;
using sources::message::Reading;

std::string target_of(const Place& place) {
  const bool v6 = place.host.find(':') != std::string::npos;
  std::string out = v6 ? "[" + place.host + "]" : place.host;
  if (place.port) out += ":" + std::to_string(*place.port);
  return out;
}

std::string line_for_host(const Place& place) {
  std::string out = "whytls ";
  if (command(place.host)) out += "diagnose ";
  out += shell_word(target_of(place));
  if (!place.servername.empty()) out += " --servername " + shell_word(place.servername);
  if (!place.starttls.empty()) out += " --starttls " + place.starttls;
  return out;
}

bool about_files(const Candidate& candidate) {
  const std::string_view id = candidate.cause->id;
  return id.starts_with("configuration.") && id != "configuration.crypto-policy" && id != "configuration.clock-skew" &&
         id != "configuration.tls-off";
}

/// The one line that decides between the causes: a look at the file, or at the server.
std::string next_line(const Place& place, const diagnosis::LeftOpen& open) {
  if (open.candidates.empty()) return {};
  const bool files = about_files(open.candidates.front());
  if (files && !place.path.empty() && command("cert")) return "whytls cert " + shell_word(place.path);
  return place.host.empty() ? "" : line_for_host(place);
}

/// What it says; where the table has a word or two only, the sentence that defines its symptom.
std::string meaning_of(const Match& match) {
  constexpr std::size_t terse = 28;
  if (match.row->meaning.size() >= terse) return std::string(match.row->meaning);
  for (const evidence::Fact& fact : match.evidence.facts()) {
    const std::string_view sentence = fact.kind == Kind::symptom ? sources::message::symptom_meaning(fact.subject) : std::string_view{};
    if (!sentence.empty()) return std::string(sentence);
  }
  return std::string(match.row->meaning);
}

report::Explained explained(const Match& match) {
  report::Explained out{std::string(match.row->library),
                        std::string(match.row->versions),
                        match.words,
                        meaning_of(match),
                        std::string(match.row->raised_by),
                        {}};
  for (const Candidate& each : diagnosis::left_open(match.evidence).candidates) out.causes.emplace_back(each.cause->id);
  return out;
}

int strength(const Match& match) {
  const auto open = diagnosis::left_open(match.evidence);
  return open.candidates.empty() ? 0 : open.candidates.front().weight;
}

}  // namespace

std::string shell_word(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=@%+-[]";
  if (!word.empty() && word.front() != '-' && word.find_first_not_of(plain) == std::string_view::npos &&
      word.find('[') == std::string_view::npos)
    return std::string(word);
  std::string out = "'";
  for (const char each : word) out += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return out + "'";
}

report::Explanation explanation_of(const sources::message::Matcher& matcher, std::string_view text) {
  const Reading reading = sources::message::read(matcher, text);
  report::Explanation out;
  out.evidence = reading.evidence;
  out.left_open = diagnosis::left_open(reading.evidence);
  out.host = reading.place.host;
  out.port = reading.place.port;
  out.starttls = reading.place.starttls;
  std::vector<std::pair<int, const Match*>> order;
  for (const Match& match : reading.matches)
    if (!match.covered) order.emplace_back(strength(match), &match);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [weight, match] : order) out.messages.push_back(explained(*match));
  for (const auto* note : reading.notes) out.misleading.emplace_back(note->note);
  for (const auto& [weight, match] : order)
    if (!match->row->note.empty()) out.misleading.emplace_back(match->row->note);
  if (!out.left_open.candidates.empty() && out.left_open.candidates.front().confidence != diagnosis::Confidence::possible)
    out.fixes = report::fixes_for(out.left_open.candidates.front(), out);
  out.next = next_line(reading.place, out.left_open);
  return out;
}

}  // namespace whytls::cli
