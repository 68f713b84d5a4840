// SPDX-License-Identifier: Apache-2.0
// Where a Java lies, which options the environment gives it, and its security properties. Inside this module only.
#pragma once

#include <optional>
#include <string>

#include "sources/system/environment.h"
#include "sources/system/java_properties.h"

namespace whytls::system {

/// The folder of the runtime: JAVA_HOME, else that of PATH's java, links resolved.
std::optional<std::string> java_home(const Environment& environment);
/// What the file `release` says: "17.0.15"; empty when unknown.
std::string java_release(const std::string& home);
/// 8, 11, 17 …; 0 when unknown.
unsigned java_major(const std::string& release);

/// -Dname=value from JDK_JAVA_OPTIONS, JAVA_TOOL_OPTIONS and _JAVA_OPTIONS; the later variable wins.
std::optional<std::string> java_option(const Environment& environment, std::string_view name);

struct JavaSecurity {
  JavaProperties properties;
  std::vector<std::string> files, problems;
};
/// java.security with all that replaces or adds to it: -Djava.security.properties, the system's crypto policy, includes.
JavaSecurity java_security(const std::string& home, const Environment& environment);

}  // namespace whytls::system
