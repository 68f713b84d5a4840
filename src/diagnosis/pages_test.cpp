// SPDX-License-Identifier: Apache-2.0
// Every cause's page is its test: the fenced blocks `evidence fires` and `evidence near-miss` are run against the engine.
#include <gtest/gtest.h>

#include <array>

#include "base/text.h"
#include "diagnosis/engine.h"

namespace whytls::diagnosis {
namespace {

struct Block {
  bool fires = false;
  Evidence evidence;
};

constexpr std::array<std::string_view, 5> sections{"## What happens", "## Why", "## How to see it yourself", "## Fix",
                                                   "## Not to be confused with"};

std::vector<Block> blocks(std::string_view page, std::string_view id) {
  std::vector<Block> out;
  bool inside = false;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t end = std::min(page.find('\n', at), page.size());
    const std::string_view line = base::trim(page.substr(at, end - at));
    at = end + 1;
    if (line == "```evidence fires" || line == "```evidence near-miss") {
      inside = true;
      out.push_back({line.ends_with("fires"), {}});
    } else if (line == "```") {
      inside = false;
    } else if (inside && !line.empty() && line.front() != '#') {
      auto fact = evidence::parse_fact(line.ends_with(" =") ? std::string(line) + " " : std::string(line));  // an empty value
      EXPECT_TRUE(fact) << id << ": " << (fact ? "" : fact.error().text());
      if (fact) out.back().evidence.add(std::move(*fact));
    }
  }
  return out;
}

/// One plain sentence, proof behind it, and every key of the detail explained on the page.
void check_words(const Finding& finding, std::string_view page) {
  const std::string& summary = finding.summary;
  ASSERT_FALSE(summary.empty());
  EXPECT_FALSE(std::isupper(static_cast<unsigned char>(summary.front())) && !summary.starts_with("TLS")) << summary;
  EXPECT_FALSE(summary.ends_with(".") || summary.ends_with(" ")) << summary;
  EXPECT_EQ(summary.find("  "), std::string::npos) << summary;
  EXPECT_EQ(summary.find("\"\""), std::string::npos) << summary;
  EXPECT_FALSE(finding.rests_on.empty()) << summary;
  EXPECT_EQ(finding.confidence == Confidence::certain, finding.to_be_surer.empty()) << summary;
  for (const auto& [key, value] : finding.detail)
    EXPECT_NE(page.find("`detail." + key + "`"), std::string_view::npos) << "the page does not explain detail." << key;
}

class Page : public testing::TestWithParam<const Cause*> {};

TEST_P(Page, HasItsSectionsInOrderAndItsEvidenceIsJudgedRight) {
  const Cause& cause = *GetParam();
  const std::string_view text = page(cause.id);
  ASSERT_FALSE(text.empty()) << "no page lies beside the cause";
  EXPECT_TRUE(text.starts_with(std::string("# ") + std::string(cause.id) + "\n")) << "the page begins with the id";
  std::size_t at = 0;
  for (const std::string_view section : sections) {
    const std::size_t found = text.find(std::string("\n") + std::string(section) + "\n", at);
    ASSERT_NE(found, std::string_view::npos) << section;
    at = found;
  }
  int firing = 0;
  int missing = 0;
  for (const Block& block : blocks(text, cause.id)) {
    const Diagnosis diagnosis = diagnose(block.evidence);
    const std::string_view verdict = diagnosis.verdict ? diagnosis.verdict->cause->id : "none";
    if (block.fires) {
      ++firing;
      EXPECT_EQ(verdict, cause.id) << "block " << firing << " must fire";
      if (diagnosis.verdict) check_words(diagnosis.verdict->finding, text);
    } else {
      ++missing;
      EXPECT_NE(verdict, cause.id) << "near miss " << missing;
    }
  }
  EXPECT_GE(firing, 1);
  EXPECT_GE(missing, 1);
}

INSTANTIATE_TEST_SUITE_P(Causes, Page, testing::ValuesIn(causes.begin(), causes.end()), [](const auto& row) {
  std::string name;
  for (const char c : row.param->id) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST(Causes, HaveUniqueIdsWellFormedTextsAndKnownRelations) {
  std::vector<std::string_view> seen;
  for (const Cause* cause : causes) {
    EXPECT_EQ(std::count(seen.begin(), seen.end(), cause->id), 0) << cause->id;
    seen.push_back(cause->id);
    EXPECT_NE(cause->match, nullptr) << cause->id;
    EXPECT_FALSE(cause->title.empty() || cause->title.ends_with(".")) << cause->id;
    EXPECT_FALSE(cause->remedies.empty()) << cause->id;
    for (const std::string_view general : cause->more_general) {
      const bool known = general.ends_with(".*") || diagnosis::cause(general) != nullptr;
      EXPECT_TRUE(known) << cause->id << " silences " << general;
    }
  }
}

TEST(Causes, NothingIsNamedWhereNothingIsKnown) {
  const Diagnosis diagnosis = diagnose({});
  EXPECT_FALSE(diagnosis.verdict) << diagnosis.verdict->cause->id;
  EXPECT_EQ(diagnosis.outcome, Outcome::undetermined);
}

}  // namespace
}  // namespace whytls::diagnosis
