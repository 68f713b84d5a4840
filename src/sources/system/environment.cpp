// SPDX-License-Identifier: Apache-2.0
#include "sources/system/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace whytls::system {

using base::fail, base::Fault;

Environment Environment::of_process() {
  Environment out;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos) out.variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

std::string Environment::get(std::string_view name) const {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

base::Result<std::string> read_file(const std::string& path) {
  constexpr std::uintmax_t limit = std::uintmax_t{4} << 20U;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(Fault::input, "there is no such file", path, ENOENT);
  if (!std::filesystem::is_regular_file(status)) return fail(Fault::input, "this is no file", path, EISDIR);
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Fault::input, "it cannot be read (permission denied)", path, EACCES);
  std::string out;
  char block[16384];
  while (file.read(block, sizeof block), file.gcount() > 0) {
    out.append(block, static_cast<std::size_t>(file.gcount()));
    if (out.size() > limit) return fail(Fault::limit, "it is larger than 4 MiB", path);
  }
  return out;
}

bool readable_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && access(path.c_str(), R_OK) == 0;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end && out.size() < 1000; at.increment(error)) {
    if (at->is_regular_file(error)) out.push_back(at->path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace whytls::system
