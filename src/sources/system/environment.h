// SPDX-License-Identifier: Apache-2.0
// What the process sees of its machine, as a value, so that tests can make up another one. Reads files, opens no socket.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whytls::system {

struct Environment {
  std::map<std::string, std::string, std::less<>> variables;
  std::string root;  ///< put before well-known absolute paths (/etc/…); empty on a real machine

  static Environment of_process();
  /// The variable's value; empty where it is not set.
  std::string get(std::string_view name) const;
  std::string well_known(std::string_view path) const { return root + std::string(path); }
};

/// A regular file's text. Fault::input with errno for what cannot be read, Fault::limit for more than 4 MiB.
base::Result<std::string> read_file(const std::string& path);
bool readable_file(const std::string& path);
/// The regular files of a folder by name, sorted; at most 1000.
std::vector<std::string> files_in(const std::string& folder);
/// The text's lines without their ends ("\n" or "\r\n").
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace whytls::system
