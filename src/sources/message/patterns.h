// SPDX-License-Identifier: Apache-2.0
// All patterns of the tables compiled into one automaton (vectorscan, which is linear in the text whatever the patterns are). Compiling
// takes a second, so that the build does it (compiler/main.cpp) and the program carries the result.
#pragma once

#include <hs/hs.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace whytls::sources::message {

/// `places`: every match with its beginning and end. `lines`: ends only, and a line's ends count as the text's: for logs.
enum class Purpose { places, lines };

struct DatabaseDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using DatabaseHandle = std::unique_ptr<hs_database_t, DatabaseDeleter>;

/// Compiles the patterns for any processor of this architecture, or for this one.
base::Result<DatabaseHandle> compile_patterns(Purpose purpose, bool for_this_processor);

}  // namespace whytls::sources::message
