// SPDX-License-Identifier: Apache-2.0
// The report as a JSON document, whytls.report/1: docs/schema/report-1.schema.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/report.h"

namespace whytls::report {

using Json = nlohmann::ordered_json;

Json document(const Report& report);
/// `indent` < 0: on one line. Never throws: what is no UTF-8 is replaced.
std::string to_text(const Json& json, int indent);

}  // namespace whytls::report
