// SPDX-License-Identifier: Apache-2.0
// What a pasted message means, as a value and in its two forms: text for people, whytls.explain/1 for programs
// (docs/schema/explain-1.schema.json).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diagnosis/readings.h"
#include "report/document.h"
#include "report/format.h"

namespace whytls::report {

struct Explained {
  std::string library, versions;
  std::string code;       ///< the words that were recognised
  std::string meaning;    ///< what they literally say
  std::string raised_by;  ///< client, server, or empty where both can
  std::vector<std::string> causes;
};

struct Explanation {
  std::vector<Explained> messages;      ///< the most telling first
  std::vector<std::string> misleading;  ///< what the words do not mean
  diagnosis::LeftOpen left_open;
  evidence::Evidence evidence;
  std::string host;
  std::optional<std::uint16_t> port;
  std::string starttls;
  std::string next;        ///< the command line that decides; empty where the text gives none
  std::vector<Fix> fixes;  ///< for the best cause, spelled for the software that was recognised
};

std::string explanation_text(const Explanation& explanation, const Style& style);
Json explanation_document(const Explanation& explanation);

/// The remedies of a candidate, spelled.
std::vector<Fix> fixes_for(const diagnosis::Candidate& candidate, const Explanation& explanation);

}  // namespace whytls::report
