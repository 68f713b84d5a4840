// SPDX-License-Identifier: Apache-2.0
#include "sources/message/read.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "sources/message/normal.h"
#include "sources/message/template.h"

namespace whytls::sources::message {
namespace {

using evidence::Certainty;
using evidence::Evidence;
using evidence::Fact;
using evidence::Kind;

constexpr std::size_t shown_words = 160;

/// A message within a longer one says less: "certificate has expired" within "certificate has expired or is not yet valid". Hits are
/// sorted by their ends. Wrappers, and what only says where a message stands, cover nothing.
std::vector<bool> covered(const std::vector<Hit>& hits) {
  std::vector<bool> out(hits.size(), false);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < hits.size(); ++i)
    if (is_message(*hits[i].row)) order.push_back(i);
  // Longer ones that begin at the same place first: whatever ends before the farthest end so far lies within another.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return hits[a].begin != hits[b].begin ? hits[a].begin < hits[b].begin : hits[a].end > hits[b].end;
  });
  std::size_t farthest = 0;
  const Hit* longest = nullptr;
  for (const std::size_t i : order) {
    const bool same = longest && longest->begin == hits[i].begin && longest->end == hits[i].end;
    if (longest && hits[i].end <= farthest && !same) {
      out[i] = true;
    } else if (hits[i].end > farthest && !hits[i].row->wrapper) {
      farthest = hits[i].end;
      longest = &hits[i];
    }
  }
  return out;
}

/// Where several alerts are told, the first that is no close_notify is the one in question.
void add_fact(Evidence& evidence, Fact fact) {
  if (fact.kind == Kind::alert) {
    const std::string before = evidence.text(Kind::alert);
    if (!before.empty() && before != "close_notify") return;
  }
  if ((fact.kind == Kind::reported_by || fact.kind == Kind::certificate_of) && evidence.find(fact.kind)) return;
  evidence.add(std::move(fact));
}

void infer(Evidence& evidence, Kind kind, evidence::Value value, std::string text) {
  evidence.add(Fact{kind, {}, std::move(value), std::move(text), Certainty::inferred, {"message", ""}});
}

/// A library prints the alerts that it receives; those that it sends say so.
void settle_sides(Evidence& evidence) {
  const std::string reporter = evidence.text(Kind::reported_by);
  if (evidence.find(Kind::alert)) {
    if (!evidence.find(Kind::failure)) infer(evidence, Kind::failure, std::string("alert"), "an alert ended it");
    if (!reporter.empty() && !evidence.find(Kind::alert_from))
      infer(evidence, Kind::alert_from, std::string(reporter == "client" ? "server" : "client"),
            "the alert was received by the " + reporter);
  }
}

void add_place(Evidence& evidence, const Place& place) {
  const auto say = [&](Kind kind, evidence::Value value) {
    evidence.add(Fact{kind, {}, std::move(value), {}, Certainty::observed, {"message", ""}});
  };
  if (!place.host.empty()) say(Kind::host, place.host);
  if (place.port) say(Kind::port, static_cast<std::int64_t>(*place.port));
  if (!place.starttls.empty()) say(Kind::starttls, place.starttls);
  if (!place.proxy.empty()) say(Kind::proxy_name, place.proxy);
  const bool address = !place.host.empty() && place.host.find_first_not_of("0123456789.") == std::string::npos;
  if (address || place.host.find(':') != std::string::npos) say(Kind::asked_by_address, true);
}

/// Whether a server wrote it, which decides whose addresses stand in it.
bool by_server(const std::vector<Hit>& hits) {
  for (const Hit& hit : hits)
    for (const Fact& fact : facts_of(*hit.row, {}))
      if (fact.kind == Kind::reported_by) return fact.value == evidence::Value(std::string("server"));
  return false;
}

void add_match(Reading& out, const Hit& hit, std::string_view text, bool is_covered) {
  const auto known = std::find_if(out.matches.begin(), out.matches.end(), [&](const Match& m) { return m.row == hit.row; });
  if (known != out.matches.end()) {
    if (known->covered && !is_covered) known->covered = false;
    return;
  }
  Match match{hit.row, base::printable(text.substr(hit.begin, hit.end - hit.begin), shown_words), is_covered, {}};
  const Words words{text, hit.begin, hit.end, out.place.path};
  for (Fact& fact : facts_of(*hit.row, words)) match.evidence.add(std::move(fact));
  out.matches.push_back(std::move(match));
}

}  // namespace

Reading read(const Matcher& matcher, std::string_view raw) {
  Reading out;
  const std::string text = normalised(raw.substr(0, longest_text));
  const std::vector<Hit> hits = matcher.find(text);
  const std::vector<bool> within = covered(hits);
  out.place = place_of(text, by_server(hits));
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const Row& row = *hits[i].row;
    if (is_message(row)) {
      add_match(out, hits[i], text, within[i]);
    } else if (row.library == "notes") {
      if (std::find(out.notes.begin(), out.notes.end(), &row) == out.notes.end()) out.notes.push_back(&row);
    } else {
      for (Fact& fact : facts_of(row, {text, hits[i].begin, hits[i].end, out.place.path})) add_fact(out.evidence, std::move(fact));
    }
  }
  for (const Match& match : out.matches) {
    if (match.covered) continue;
    for (const Fact& fact : match.evidence.facts()) add_fact(out.evidence, fact);
    out.evidence.add(
        Fact{Kind::words_of, std::string(match.row->library), std::string(match.row->versions), {}, Certainty::observed, {"message", ""}});
  }
  settle_sides(out.evidence);
  add_place(out.evidence, out.place);
  return out;
}

}  // namespace whytls::sources::message
