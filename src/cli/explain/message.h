// SPDX-License-Identifier: Apache-2.0
// A pasted text as an explanation: from the facts of its messages to causes, fixes and the next command.
#pragma once

#include <string>
#include <string_view>

#include "report/explanation.h"
#include "sources/message/read.h"

namespace whytls::cli {

report::Explanation explanation_of(const sources::message::Matcher& matcher, std::string_view text);

/// A word as a shell wants it; words that need no quotes stay as they are.
std::string shell_word(std::string_view word);

}  // namespace whytls::cli
