// SPDX-License-Identifier: Apache-2.0
// What libraries and programs print, as data: tables/<library>.tsv, a pattern and the facts that its words state. The tables know
// facts, not causes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace whytls::sources::message {

/// One message or code. Patterns are regular expressions without look-around and back-references; they meet text in which every run of
/// white space is one blank (normal.h).
struct Row {
  std::string_view library;  ///< the table's name; "context" and "notes" are no libraries
  std::string_view pattern;
  bool exact = false;          ///< upper and lower case differ
  bool wrapper = false;        ///< what it says stands for a reason that is told elsewhere
  std::string_view raised_by;  ///< the side that detects the fault: client, server, or empty where both can
  std::string_view facts;      ///< "kind[subject]=value; …"; a flag needs no value
  std::string_view versions;   ///< of the library; may be empty
  std::string_view meaning;    ///< what it literally says
  std::string_view note;       ///< why its words mislead; mostly empty
};

std::span<const Row> rows();

/// Whether a row tells a library's message; the others say where a message stands, or why words mislead.
bool is_message(const Row& row);

/// What evidence/symptoms.def says of a symptom; empty where there is none of that name.
std::string_view symptom_meaning(std::string_view name);

}  // namespace whytls::sources::message
