// SPDX-License-Identifier: Apache-2.0
// whytls lab CAUSE: a local server (or fault) that shows the cause. whytls lab --list: all of them.
#include "lab/lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "report/layout.h"

namespace whytls::cli::commands {
namespace {

std::string as_list(const report::Style& style) {
  report::Sheet sheet(style);
  std::string_view area;
  for (const lab::Fault* fault : lab::faults) {
    const std::string_view own = fault->id.substr(0, fault->id.find('.'));
    if (own != area) {
      sheet.blank();
      sheet.verbatim(0, own, report::Tone::strong);
    }
    area = own;
    sheet.verbatim(2, fault->id);
    sheet.paragraph(6, fault->title, report::Tone::dim);
  }
  sheet.blank();
  sheet.verbatim(0, "not shown here", report::Tone::strong);
  for (const lab::NotShown& each : lab::not_shown()) {
    sheet.verbatim(2, each.id);
    sheet.paragraph(6, each.reason, report::Tone::dim);
  }
  return sheet.take();
}

/// As a shell wants it; words that need no quotes stay as they are.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=@%+-";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string out = "'";
  for (const char each : word) out += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return out + "'";
}

std::string line_to_try(const lab::Running& running) {
  std::string out;
  for (const auto& [name, value] : running.environment()) out += name + "=" + quoted(value) + " ";
  out += "whytls";
  for (const std::string& word : running.words()) out += " " + quoted(word);
  return out;
}

Exit print(const Output& output, const std::string& text) {
  const auto written = write_result(output, text);
  if (written) return Exit::ok;
  complain(written.error().text());
  return Exit::broken;
}

Exit unknown(const std::string& id) {
  for (const lab::NotShown& each : lab::not_shown())
    if (each.id == id) {
      complain(fmt::format("{} is not shown here: it {}", id, each.reason));
      return Exit::usage;
    }
  std::vector<std::string> ids;
  for (const lab::Fault* fault : lab::faults) ids.emplace_back(fault->id);
  const auto near = base::nearest(id, ids);
  complain(fmt::format("the lab has no fault '{}'{}", base::printable(id, 60),
                       near ? ": did you mean " + *near + "?" : ": whytls lab --list names them all"));
  return Exit::usage;
}

/// The line's own exit status, or 130 and its like. Settings of the environment and of files hold as if it had been typed.
Exit diagnose_now(const lab::Running& running, const Options& options) {
  if (!options.output.quiet) complain("running: " + line_to_try(running));
  for (const auto& [name, value] : running.environment())
    setenv(name.c_str(), value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): the server's threads read no variables
  std::vector<std::string> words{"diagnose"};
  words.insert(words.end(), running.words().begin(), running.words().end());
  auto invocation = parse(std::move(words), surroundings());
  if (!invocation) {
    complain(invocation.error().text());
    return Exit::usage;
  }
  invocation->options.output = options.output;
  return invocation->command->run(invocation->options);
}

void wait_for_interruption() {
  while (!*interruption()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

Exit show(const lab::Fault& fault, const lab::Running& running, const Options& options) {
  const std::string where = running.address().empty() ? "" : fmt::format("  it listens on {}\n", running.address());
  const Exit printed =
      print(options.output, fmt::format("{}: {}\n{}  try:  {}\n  Ctrl-C ends it\n", fault.id, fault.title, where, line_to_try(running)));
  if (printed == Exit::ok) wait_for_interruption();
  return printed;
}

base::Result<std::uint16_t> port_of(const Options& options) {
  const auto given = options.own.find("port");
  if (given == options.own.end()) return std::uint16_t{0};
  const auto port = base::number(given->second, 65535);
  if (port && *port > 0) return static_cast<std::uint16_t>(*port);
  return base::fail(base::Fault::misuse, fmt::format("'{}' is no port: expected 1 to 65535", base::printable(given->second, 40)), "--port");
}

Exit run(Options& options) {
  if (options.own.contains("list")) return print(options.output, as_list(style_for(options.output)));
  if (options.words.size() != 1) {
    complain(options.words.empty() ? "lab needs the id of a cause: whytls lab --list names them all" : "one cause is shown at a time");
    return Exit::usage;
  }
  const std::string id = base::lower(options.words.front());
  const lab::Fault* fault = lab::fault(id);
  if (!fault) return unknown(id);
  const auto port = port_of(options);
  if (!port) {
    complain(port.error().text());
    return Exit::usage;
  }
  const auto running = lab::start(*fault, {.port = *port, .mind_signals = true});
  if (!running) {
    complain(running.error().text());
    return Exit::broken;
  }
  return options.own.contains("try") ? diagnose_now(**running, options) : show(*fault, **running, options);
}

template <const auto& Name>
base::Result<void> keep(Options& options, const std::string& value) {
  options.own[std::string(Name)] = value;
  return {};
}
constexpr std::string_view list_flag = "list", try_flag = "try", port_flag = "port";

}  // namespace

extern const Command lab;
const Command lab{
    .name = "lab",
    .usage = "CAUSE",
    .summary = "a local server (or fault) that shows a cause",
    .examples = {"whytls lab certificate.expired  a server to try things on, until Ctrl-C",
                 "whytls lab protocol.hello-intolerance --try  start it, diagnose it, stop it", "whytls lab --list  all faults"},
    .flags = {{list_flag, 0, "", Group::who, "list all faults", "List all faults, by the cause that they show.", keep<list_flag>, false},
              {try_flag, 0, "", Group::who, "diagnose it at once and stop",
               "Run the line that is printed otherwise, and stop the fault; the exit status is the diagnosis's.", keep<try_flag>, false},
              {port_flag, 0, "N", Group::way, "listen on this port", "Listen on port N of 127.0.0.1 instead of a free one.",
               keep<port_flag>, false}},
    .run = run,
};

}  // namespace whytls::cli::commands
