// SPDX-License-Identifier: Apache-2.0
// Reads openssl.cnf as libcrypto does (config(5)), but keeps the file and line of every value. Never fails as a whole: what cannot be
// read is listed in `problems`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/system/environment.h"

namespace whytls::system {

struct CnfValue {
  std::string name, value;
  std::string file;
  std::size_t line = 0;
  std::string text;  ///< the line as written, trimmed
};
struct CnfSection {
  std::string name;
  std::vector<CnfValue> values;  ///< a name that comes again replaces the earlier one and moves to the end, as in libcrypto
};
struct Cnf {
  std::vector<CnfSection> sections;
  std::vector<std::string> files;
  std::vector<std::string> problems;

  const CnfSection* section(std::string_view name) const;
  const CnfValue* value(std::string_view section, std::string_view name) const;
};

Cnf read_cnf(const std::string& path, const Environment& environment);
/// The same from a text; includes are followed only when `environment` is given.
Cnf parse_cnf(std::string_view text, const std::string& name, const Environment* environment);

/// openssl_conf -> ssl_conf -> system_default: the commands that apply to every SSL_CTX, in order.
std::vector<CnfValue> system_default(const Cnf& cnf);

}  // namespace whytls::system
