// SPDX-License-Identifier: Apache-2.0
// Evidence as pages write it, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "diagnosis/engine.h"

namespace whytls::diagnosis {

inline Evidence evidence_of(const std::vector<std::string_view>& lines) {
  Evidence out;
  for (const std::string_view line : lines) {
    auto fact = evidence::parse_fact(line);
    EXPECT_TRUE(fact) << line;
    if (fact) out.add(std::move(*fact));
  }
  return out;
}

inline std::string_view verdict_id(const Diagnosis& diagnosis) { return diagnosis.verdict ? diagnosis.verdict->cause->id : "none"; }

inline std::vector<std::string_view> ids(const std::vector<Verdict>& verdicts) {
  std::vector<std::string_view> out;
  out.reserve(verdicts.size());
  for (const Verdict& verdict : verdicts) out.push_back(verdict.cause->id);
  return out;
}

/// The facts that `diagnosis` would have for a cause: "cures[version]".
inline std::vector<std::string> sought(const Diagnosis& diagnosis, std::string_view id) {
  std::vector<std::string> out;
  for (const Open& open : diagnosis.open)
    for (const Ref& ref : open.unknown)
      if (open.cause->id == id) out.push_back(std::string(evidence::info(ref.kind).name) + "[" + ref.subject + "]");
  return out;
}

}  // namespace whytls::diagnosis
