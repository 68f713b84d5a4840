// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

constexpr int small_segment = 200;  // passes every path on which anything passes

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  if (s.evidence.text(evidence::Kind::failure) == "timeout") {  // what is lost on the path leaves silence, never an answer
    Variation small = cure(change::small_segments, "in TCP segments of at most 200 bytes, both ways", s.asked);
    small.trial.max_segment = small_segment;
    out.push_back(small);
  }
  if (s.asked.segment_split != 0) {
    Offer whole = s.asked;
    whole.segment_split = 0;
    out.push_back(cure(change::one_segment, "in as few TCP segments as possible", whole));
  }
  if (s.asked.record_split != 0) {
    Offer whole = s.asked;
    whole.record_split = 0;
    out.push_back(cure(change::one_record, "in one record", whole));
  }
  const bool spans = s.asked.segment_split != 0 || (hello_size(s.asked) + 5 > s.segment && large_by_itself(s));
  if (s.working && spans && s.working->segment_split == 0) {
    Offer split = *s.working;
    split.segment_split = hello_size(*s.working) / 2;
    out.push_back(spoil(change::split_segments, "a small offer that works, over two TCP segments", split));
  }
  if (s.working && s.asked.record_split != 0 && s.working->record_split == 0) {
    Offer split = *s.working;
    split.record_split = hello_size(*s.working) / 2;
    out.push_back(spoil(change::split_records, "a small offer that works, over two records", split));
  }
  return out;
}

}  // namespace

extern const Probe segments;
const Probe segments{"segments", "does it depend on how the bytes are cut into segments and records?", propose};

}  // namespace whytls::probe
