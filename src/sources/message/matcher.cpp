// SPDX-License-Identifier: Apache-2.0
#include "sources/message/matcher.h"

#include <algorithm>

extern "C" {
// Put into the program by patterns_data.S.
extern const char whytls_patterns_places[];      // NOLINT: an assembler's symbol
extern const char whytls_patterns_places_end[];  // NOLINT
extern const char whytls_patterns_fast[];        // NOLINT
extern const char whytls_patterns_fast_end[];    // NOLINT
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

const hs_database_t* fast() {
  static const DatabaseHandle database = load(whytls_patterns_fast, whytls_patterns_fast_end, Purpose::fast);
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
  bool (*seen)(void*, std::size_t);
  void* context;
};

int pass_on(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/, void* context) {
  const auto& callback = *static_cast<Callback*>(context);
  return !is_message(rows()[id]) || callback.seen(callback.context, to) ? 0 : 1;
}

}  // namespace

base::Result<Matcher> Matcher::make() {
  Matcher out;
  out.places_ = places();
  out.fast_ = fast();
  hs_scratch_t* scratch = nullptr;
  const bool made = out.places_ && out.fast_ && hs_alloc_scratch(out.places_, &scratch) == HS_SUCCESS &&
                    hs_alloc_scratch(out.fast_, &scratch) == HS_SUCCESS;
  out.scratch_.reset(scratch);
  if (made) return out;
  return base::fail(base::Fault::environment, "the pattern engine cannot start: no memory, or a processor that it does not support");
}

std::vector<Hit> Matcher::find(std::string_view text) const {
  std::vector<Hit> hits;
  text = text.substr(0, longest);
  hs_scan(places_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), keep, &hits);
  std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.end < b.end; });
  return hits;
}

bool Matcher::any(std::string_view text) const {
  bool found = false;
  each(text, [&](std::size_t) { return !(found = true); });
  return found;
}

void Matcher::scan_fast(std::string_view text, bool (*seen)(void*, std::size_t), void* context) const {
  Callback callback{seen, context};
  text = text.substr(0, longest);
  hs_scan(fast_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), pass_on, &callback);
}

}  // namespace whytls::sources::message
