// SPDX-License-Identifier: Apache-2.0
// From a pasted text (an error, a transcript, some lines of a log) to facts. All of its lines are read together: an inner reason says
// more than its wrapper, and what stands around a message says whose side it is on. Names no cause.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"
#include "sources/message/matcher.h"
#include "sources/message/place.h"

namespace whytls::sources::message {

struct Match {
  const Row* row = nullptr;
  std::string words;            ///< what matched, printable and short
  bool covered = false;         ///< a longer message holds it: its facts do not count
  evidence::Evidence evidence;  ///< what this row alone states
};

struct Reading {
  std::vector<Match> matches;     ///< messages of libraries, in the order of the text; each row once
  std::vector<const Row*> notes;  ///< why words of the text mislead
  evidence::Evidence evidence;    ///< what all of it states together
  Place place;
};

/// Text beyond `longest` bytes is left out.
Reading read(const Matcher& matcher, std::string_view text);
inline constexpr std::size_t longest_text = std::size_t{1} << 20;

}  // namespace whytls::sources::message
