// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli/help.h"
#include "cli/output.h"
#include "cli/parse.h"

namespace {

using namespace whytls;
using cli::Exit;

Exit print(const std::string& text) { return cli::write_result({}, text) ? Exit::ok : Exit::broken; }

Exit run(std::vector<std::string> arguments) {
  std::vector<std::string> words = arguments;
  const std::size_t count = words.size();
  cli::take_command(words);
  const bool named = words.size() < count;
  if (arguments.empty()) {
    std::fputs(cli::short_help().c_str(), stderr);
    return Exit::usage;
  }
  auto invocation = cli::parse(std::move(arguments), cli::surroundings());
  if (!invocation) {
    cli::complain(invocation.error().text());
    return Exit::usage;
  }
  if (invocation->options.version) return print("whytls " WHYTLS_VERSION "\n");
  if (invocation->options.long_help) return print(cli::long_help(*invocation->command, named));
  if (invocation->options.short_help)
    return print(!named && invocation->options.words.empty() ? cli::short_help() : cli::short_help(*invocation->command));
  return invocation->command->run(invocation->options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cli::watch_signals();
    return static_cast<int>(run({argv + std::min(argc, 1), argv + argc}));
  } catch (const std::exception& error) {
    cli::complain(std::string("failed: ") + error.what());
    return static_cast<int>(Exit::broken);
  }
}
