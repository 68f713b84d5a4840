// SPDX-License-Identifier: Apache-2.0
#include "sources/message/patterns.h"

#include <vector>

#include "sources/message/table.h"

namespace whytls::sources::message {

base::Result<DatabaseHandle> compile_patterns(Purpose purpose, bool for_this_processor) {
  std::vector<std::string> texts;
  std::vector<const char*> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const Row& row : rows()) texts.emplace_back(row.pattern);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    patterns.push_back(texts[i].c_str());
    ids.push_back(static_cast<unsigned>(i));
    flags.push_back((rows()[i].exact ? 0U : HS_FLAG_CASELESS) | (purpose == Purpose::places ? HS_FLAG_SOM_LEFTMOST : HS_FLAG_MULTILINE));
  }
  const hs_platform_info_t any{};
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t status = hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                                             for_this_processor ? nullptr : &any, &database, &error);
  if (status == HS_SUCCESS) return DatabaseHandle(database);
  std::string what = error && error->message ? error->message : "no memory";
  const std::string where = error && error->expression >= 0 ? texts[static_cast<std::size_t>(error->expression)] : "";
  hs_free_compile_error(error);
  return base::fail(base::Fault::environment, "the patterns of the messages do not compile: " + what, where);
}

}  // namespace whytls::sources::message
