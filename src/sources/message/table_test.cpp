// SPDX-License-Identifier: Apache-2.0
#include "sources/message/table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text.h"
#include "sources/message/patterns.h"
#include "sources/message/template.h"

namespace whytls::sources::message {
namespace {

std::set<std::string> symptoms() {
  return {
#define SYMPTOM(name, meaning) name,
#include "evidence/symptoms.def"
#undef SYMPTOM
  };
}

TEST(Table, EveryRowHasItsCells) {
  EXPECT_GT(rows().size(), 1165U);
  for (const Row& row : rows()) {
    EXPECT_FALSE(row.pattern.empty()) << row.library;
    EXPECT_FALSE(row.meaning.empty()) << row.pattern;
    EXPECT_TRUE(row.raised_by.empty() || row.raised_by == "client" || row.raised_by == "server") << row.pattern;
    EXPECT_EQ(row.library == "notes", row.facts.empty()) << row.pattern;
    EXPECT_TRUE(row.library != "notes" || !row.note.empty()) << row.pattern;
  }
}

TEST(Table, EveryFactIsOfAKnownKindAndEverySymptomIsDefined) {
  const auto known = symptoms();
  const std::string text = "300 /etc/ssl/a.pem";
  for (const Row& row : rows()) {
    const auto facts = facts_of(row, {text, 0, text.size(), "/etc/ssl/a.pem"});
    EXPECT_EQ(facts.size(), base::split(row.facts, ";").size()) << row.library << ": " << row.facts;
    for (const evidence::Fact& fact : facts) {
      const bool undefined = fact.kind == evidence::Kind::symptom && !known.contains(fact.subject);
      EXPECT_FALSE(undefined) << row.library << ": " << fact.subject;
    }
  }
}

TEST(Table, NoRowNamesACause) {
  for (const Row& row : rows())
    for (const std::string_view area : {"certificate.", "protocol.", "network.", "cipher.", "client-auth.", "configuration."})
      EXPECT_EQ(row.facts.find(area), std::string_view::npos) << row.facts;
}

TEST(Table, NoPatternStandsTwiceInATable) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Row& row : rows()) EXPECT_TRUE(seen.emplace(row.library, row.pattern).second) << row.library << ": " << row.pattern;
}

}  // namespace
}  // namespace whytls::sources::message
