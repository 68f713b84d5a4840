// SPDX-License-Identifier: Apache-2.0
#include "report/document.h"
#include "report/format.h"

namespace whytls::report::formats {

extern const Format jsonl;
const Format jsonl{"jsonl", "the same, one document a line",
                   [](const Report& report, const Style&) { return to_text(document(report), -1) + "\n"; }};

}  // namespace whytls::report::formats
