// SPDX-License-Identifier: Apache-2.0
// What surrounds the process: its environment and the settings files.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/parse.h"

namespace whytls::cli {
namespace {

constexpr std::size_t largest_file = 65536;

void add_file(Surroundings& out, const std::string& path, bool project) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return;
  std::string text(largest_file, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  out.files.push_back({path, std::move(text), project});
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? value : "";
}

}  // namespace

Surroundings surroundings() {
  Surroundings out;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (text.rfind("WHYTLS_", 0) == 0 && equals != std::string::npos)
      out.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  add_file(out, ".whytls.conf", true);
  const std::string xdg = environment("XDG_CONFIG_HOME");
  const std::string home = environment("HOME");
  if (xdg.starts_with('/')) {
    add_file(out, xdg + "/whytls/whytls.conf", false);
  } else if (!home.empty()) {
    add_file(out, home + "/.config/whytls/whytls.conf", false);
  }
  add_file(out, "/etc/whytls/whytls.conf", false);
  return out;
}

}  // namespace whytls::cli
