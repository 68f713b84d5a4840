// SPDX-License-Identifier: Apache-2.0
// The language of jdk.tls.disabledAlgorithms and jdk.certpath.disabledAlgorithms (documented in java.security itself), and how JSSE takes
// names of suites and signature schemes apart before it compares them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.h"
#include "sources/system/java_properties.h"
#include "sources/system/policy.h"

namespace whytls::system {

/// "Algorithm [keySize OP N] [& usage …] [& jdkCA] [& denyAfter DATE]"
struct JavaConstraint {
  std::string algorithm;
  std::string comparison;  ///< of a key size: "<", "<=", "==", "!=", ">", ">="; empty: any size
  unsigned bits = 0;
  bool only_public_roots = false;  ///< jdkCA
  bool dated = false;              ///< denyAfter
  std::vector<std::string> usages;
  bool understood = true;
  Line line;

  /// Without any condition: the name alone is disabled.
  bool plain() const { return comparison.empty() && !only_public_roots && !dated && usages.empty() && understood; }
  /// Keys of that size are refused; `plain()` refuses all.
  bool refuses_size(unsigned size) const;
  bool applies_to_server_chains() const;
};
using JavaConstraints = std::vector<JavaConstraint>;

/// "include NAME" takes in another property.
JavaConstraints parse_java_constraints(const JavaProperty& property, const JavaProperties& all);

/// The names that disable it; JSSE compares without regard to case.
std::vector<std::string> java_names(const registry::Suite& suite);
std::vector<std::string> java_names_of_scheme(std::uint16_t scheme);
std::vector<std::string> java_names_of_group(std::uint16_t group);

/// The first plain constraint on one of the names; "TLS_RSA_*" stands for all suites that begin so.
const JavaConstraint* disabled_by(const JavaConstraints& constraints, const std::vector<std::string>& names);
/// The smallest size of an algorithm's keys (any of its names) that no constraint refuses, and the constraint that says so.
unsigned smallest_size(const JavaConstraints& constraints, const std::vector<std::string>& names, const JavaConstraint*& why);

}  // namespace whytls::system
