// SPDX-License-Identifier: Apache-2.0
#include "sources/message/matcher.h"

#include <algorithm>

#include "sources/message/patterns.h"

extern "C" {
// Put into the program by patterns_data.S.
extern const char whytls_patterns_places[];      // NOLINT: an assembler's symbol
extern const char whytls_patterns_places_end[];  // NOLINT
extern const char whytls_patterns_lines[];       // NOLINT
extern const char whytls_patterns_lines_end[];   // NOLINT
}

namespace whytls::sources::message {
namespace {

/// What the build compiled; where this processor or version of the library refuses it, it is compiled anew.
DatabaseHandle load(const char* begin, const char* end, Purpose purpose) {
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(begin, static_cast<std::size_t>(end - begin), &database) == HS_SUCCESS) return DatabaseHandle(database);
  auto compiled = compile_patterns(purpose, true);
  return compiled ? std::move(*compiled) : nullptr;
}

const hs_database_t* places() {
  static const DatabaseHandle database = load(whytls_patterns_places, whytls_patterns_places_end, Purpose::places);
  return database.get();
}

const hs_database_t* lines() {
  static const DatabaseHandle database = load(whytls_patterns_lines, whytls_patterns_lines_end, Purpose::lines);
  return database.get();
}

/// Matches of hostile text may be many: what comes after so many says nothing new.
constexpr std::size_t most_hits = 4096;

int keep(unsigned id, unsigned long long from, unsigned long long to, unsigned /*flags*/, void* context) {
  auto& hits = *static_cast<std::vector<Hit>*>(context);
  const Row* row = &rows()[id];
  const auto same = [&](const Hit& hit) { return hit.row == row && hit.begin == from; };
  const auto recent = hits.size() > 64 ? hits.end() - 64 : hits.begin();
  const auto found = std::find_if(recent, hits.end(), same);
  if (found != hits.end()) {
    found->end = to;
    return 0;
  }
  hits.push_back({row, from, to});
  return hits.size() < most_hits ? 0 : 1;
}

struct Callback {
  void (*seen)(void*, std::size_t, std::size_t);
  void* context;
};

int pass_on(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/, void* context) {
  const auto& callback = *static_cast<Callback*>(context);
  callback.seen(callback.context, id, to);
  return 0;
}

}  // namespace

base::Result<Matcher> Matcher::make() {
  Matcher out;
  out.places_ = places();
  out.lines_ = lines();
  hs_scratch_t* for_places = nullptr;
  hs_scratch_t* for_lines = nullptr;
  const bool made = out.places_ && out.lines_ && hs_alloc_scratch(out.places_, &for_places) == HS_SUCCESS &&
                    hs_alloc_scratch(out.lines_, &for_lines) == HS_SUCCESS;
  out.places_scratch_.reset(for_places);
  out.lines_scratch_.reset(for_lines);
  if (made) return out;
  return base::fail(base::Fault::environment, "the pattern engine cannot start: no memory, or a processor that it does not support");
}

std::vector<Hit> Matcher::find(std::string_view text) const {
  std::vector<Hit> hits;
  text = text.substr(0, longest);
  hs_scan(places_, text.data(), static_cast<unsigned>(text.size()), 0, places_scratch_.get(), keep, &hits);
  std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.end < b.end; });
  return hits;
}

void Matcher::scan_lines(std::string_view text, void (*seen)(void*, std::size_t, std::size_t), void* context) const {
  Callback callback{seen, context};
  text = text.substr(0, longest);
  hs_scan(lines_, text.data(), static_cast<unsigned>(text.size()), 0, lines_scratch_.get(), pass_on, &callback);
}

void Matcher::ScratchDeleter::operator()(hs_scratch* scratch) const { hs_free_scratch(scratch); }

}  // namespace whytls::sources::message
