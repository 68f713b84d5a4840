// SPDX-License-Identifier: Apache-2.0
#include "report/document.h"
#include "report/format.h"

namespace whytls::report::formats {

extern const Format json;
const Format json{"json", "one document, whytls.report/1",
                  [](const Report& report, const Style&) { return to_text(document(report), 2) + "\n"; }};

}  // namespace whytls::report::formats
