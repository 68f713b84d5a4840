// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/layout.h"

namespace whytls::cli {
namespace {

constexpr std::size_t width = 80;

std::string usage(const Command& command) {
  if (command.name == "diagnose") return "usage: whytls TARGET [OPTION…]        the same as: whytls diagnose TARGET\n";
  return fmt::format("usage: whytls {} {} [OPTION…]\n", command.name, command.usage);
}

/// A row of two columns; the second is wrapped.
std::string row(std::string_view left, std::string_view right, std::size_t column) {
  std::string out;
  bool first = true;
  for (const std::string& line : report::wrapped(right, width - column)) {
    const std::string head = first ? "  " + std::string(left) : "";
    const bool alone = first && head.size() + 1 > column;
    out += alone ? fmt::format("{}\n{:<{}}{}\n", head, "", column, line) : fmt::format("{:<{}}{}\n", head, column, line);
    first = false;
  }
  return out;
}

std::string examples(const Command& command) {
  std::string out;
  for (const std::string_view example : command.examples) {
    const std::size_t gap = example.find("  ");
    out += fmt::format("  {}\n", example.substr(0, gap));
    if (gap != std::string_view::npos) out += fmt::format("      {}\n", example.substr(example.find_first_not_of(' ', gap)));
  }
  return out;
}

constexpr std::array<Group, 6> order{Group::who, Group::client, Group::way, Group::limits, Group::output, Group::help};

std::string flag_row(const Flag& flag, bool whole) {
  return whole ? fmt::format("  {}\n", spelling(flag)) + row("", flag.text, 6) : row(spelling(flag), flag.brief, 29);
}

std::string options(const Command& command, bool whole) {
  std::string out;
  for (const Flag& flag : command.flags) out += (out.empty() ? "\nOf this command:\n" : "") + flag_row(flag, whole);
  std::vector<Flag> common(output_flags().begin(), output_flags().end());
  if (command.connects) common.insert(common.end(), connecting_flags().begin(), connecting_flags().end());
  for (const Group group : order) {
    std::string rows;
    for (const Flag& flag : common)
      if (flag.group == group) rows += flag_row(flag, whole);
    if (!rows.empty()) out += fmt::format("\n{}:\n{}", group_title(group), rows);
  }
  return out;
}

std::string command_rows() {
  std::string out;
  for (const Command* each : commands::all) out += row(fmt::format("{} {}", each->name, each->usage), each->summary, 29);
  return out;
}

}  // namespace

std::string short_help() {
  std::string out = "whytls names the one reason why a TLS handshake fails, and what to change.\n\n";
  out += "usage: whytls TARGET [OPTION…]\n       whytls COMMAND …\n\n";
  out += "TARGET is host, host:port, [v6]:port or a URL (https://…, smtp://…, mysql://…).\n\nCommands:\n";
  out += command_rows();
  out +=
      "\nTry:\n  whytls example.com\n  whytls smtp://mail.example.com:587\n  whytls db.example.com:5432 --starttls postgres --max-version "
      "tls1.2\n";
  out += "\nwhytls COMMAND -h lists the options of a command, --help explains them.\n";
  return out;
}

std::string short_help(const Command& command) {
  return fmt::format("{}\n{}\n", usage(command), command.summary) + options(command, false);
}

std::string long_help(const Command& command, bool named) {
  std::string out = usage(command) + "\n" + std::string(command.summary) + "\n";
  if (!command.examples.empty()) out += "\nExamples:\n" + examples(command);
  if (!named) out += "\nCommands:\n" + command_rows();
  out += options(command, true);
  out += "\nEvery option but the help's can also be set by the environment (WHYTLS_CA_FILE\n";
  out += "for --ca-file), or by a line \"ca-file = …\" in .whytls.conf here,\n";
  out += "in $XDG_CONFIG_HOME/whytls/whytls.conf or in /etc/whytls/whytls.conf. The first\nof these wins.\n";
  if (command.connects)
    out +=
        "\nExit status: 0 it works, 1 it fails and the cause is named, 2 wrong usage or\ninput, 3 undetermined, 4 whytls itself failed, "
        "130 interrupted.\n";
  return out;
}

}  // namespace whytls::cli
