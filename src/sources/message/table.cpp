// SPDX-License-Identifier: Apache-2.0
#include "sources/message/table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/embedded.h"

namespace whytls::sources::message {

extern const std::span<const base::Embedded> tables;

namespace {

std::string_view take(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view out = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return out;
}

Row row_of(std::string_view library, std::string_view line) {
  std::array<std::string_view, 7> cell;
  for (std::string_view& each : cell) each = take(line, '\t');
  return {library, cell[0], cell[1] == "exact", cell[1] == "wrapper", cell[2], cell[3], cell[4], cell[5], cell[6]};
}

std::vector<Row> read_all() {
  std::vector<Row> out;
  for (const base::Embedded& table : tables) {
    std::string_view rest = table.text;
    take(rest, '\n');  // the columns' names
    while (!rest.empty())
      if (const std::string_view line = take(rest, '\n'); !line.empty()) out.push_back(row_of(table.name, line));
  }
  return out;
}

}  // namespace

std::span<const Row> rows() {
  static const std::vector<Row> all = read_all();
  return all;
}

bool is_message(const Row& row) { return row.library != "context" && row.library != "notes"; }

std::string_view symptom_meaning(std::string_view name) {
  static constexpr auto all = std::to_array<std::pair<std::string_view, std::string_view>>({
#define SYMPTOM(word, meaning) {word, meaning},
#include "evidence/symptoms.def"
#undef SYMPTOM
  });
  const auto* found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == name; });
  return found == all.end() ? std::string_view{} : found->second;
}

}  // namespace whytls::sources::message
