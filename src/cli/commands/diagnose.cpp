// SPDX-License-Identifier: Apache-2.0
// whytls TARGET: why does (or would) a handshake with it fail, and what to change.
#include <fmt/format.h>

#include <algorithm>

#include "cli/capture/captured_client.h"
#include "cli/cert_present.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/present.h"
#include "investigate/investigation.h"
#include "report/format.h"

namespace whytls::cli::commands {
namespace {

Exit status_of(const report::Report& report, const Output& output) {
  if (report.interrupted) return Exit::interrupted;
  switch (report.diagnosis.outcome) {
    case diagnosis::Outcome::failed:
      return Exit::failed;
    case diagnosis::Outcome::undetermined:
      return Exit::undetermined;
    case diagnosis::Outcome::aborted:
    case diagnosis::Outcome::ok:
      break;
  }
  const auto counts = [&](const report::Finding& finding) { return output.fail_on && finding.severity >= *output.fail_on; };
  return std::any_of(report.findings.begin(), report.findings.end(), counts) ? Exit::failed : Exit::ok;
}

std::string summary_of(const report::Report& report) {
  return fmt::format("{} connection{} in {:.1f} s", report.connections, report.connections == 1 ? "" : "s",
                     static_cast<double>(report.elapsed.count()) / 1000.0);
}

/// Prints the report; the exit status is that of what it says, unless it could not be written.
Exit print(const Options& options, const report::Report& report, Exit status) {
  const report::Format* format = report::format(options.output.format);
  const auto written = write_result(options.output, format->render(report, style_for(options.output)));
  if (written) return status;
  complain(written.error().text());
  return Exit::broken;
}

/// The option with its value, and what is wrong with it.
std::string unusable_words(const base::Error& error, const investigate::Request& request) {
  const std::string value = error.where == "--ca-file" ? request.ca_file : error.where == "--ca-dir" ? request.ca_dir : "";
  return value.empty() ? error.text() : fmt::format("{} {}: {}", error.where, value, error.what);
}

/// Where trust is the question: which stores of this machine have the root, unless one was given.
void add_trust_table(const Options& options, const investigate::Investigation& found, report::Report& report) {
  const bool store_given = !options.request.ca_file.empty() || !options.request.ca_dir.empty();
  if (!found.diagnosis.verdict || store_given || options.output.quiet || found.chain.empty()) return;
  const std::string_view id = found.diagnosis.verdict->cause->id;
  for (const std::string_view about : {"certificate.untrusted-root", "certificate.incomplete-chain", "certificate.self-signed",
                                       "configuration.trust-store", "network.tls-intercepted"})
    if (id == about) return add_stores(report, found.chain, options.request.at.value_or(base::now()));
}

/// --client pcap:FILE. The name that is sent is the target's; none, where the captured client sends none.
base::Result<void> take_captured_client(Options& options) {
  investigate::Request& request = options.request;
  if (!request.client.starts_with("pcap:")) return {};
  auto taken = captured_client(request.client);
  if (!taken) return tl::unexpected(taken.error());
  if (taken->clients > 1 && !options.output.quiet)
    complain(fmt::format("{} holds {} different clients: flow {}'s is taken; {}#N takes that of flow N", request.client.substr(5),
                         taken->clients, taken->flow, request.client.substr(0, request.client.find('#'))));
  request.captured = std::move(taken->profile);
  if (!request.servername && !request.captured->hello.malformed && !request.captured->hello.server_name()) request.no_servername = true;
  return {};
}

Exit run(Options& options) {
  if (options.words.size() != 1) {
    complain(options.words.empty() ? "the target is missing: expected host, host:port, [v6]:port or a URL"
                                   : "one target is diagnosed at a time: '" + options.words[1] + "' is one too many");
    return Exit::usage;
  }
  if (const auto target = set_target(options, options.words.front()); !target) {
    complain(target.error().text());
    return Exit::usage;
  }
  if (const auto taken = take_captured_client(options); !taken) {
    complain("--client: " + taken.error().text());
    return Exit::usage;
  }
  Progress progress(!options.output.quiet);
  const investigate::Investigation found = investigate::investigate(
      options.request, [&](const std::string& line) { progress.show(line); }, interruption());
  progress.clear();
  report::Report report = report_of(found);
  add_trust_table(options, found, report);
  if (found.unusable) {
    const auto& verdict = found.diagnosis.verdict;
    const std::string id = verdict ? fmt::format(" ({})", verdict->cause->id) : "";
    complain(unusable_words(*found.unusable, options.request) + id);
    // A script that reads JSON still learns which cause that is.
    return verdict && options.output.format != "text" ? print(options, report, Exit::usage) : Exit::usage;
  }
  const Exit status = print(options, report, status_of(report, options.output));
  if (progress.shown()) complain(summary_of(report));
  return status;
}

}  // namespace

extern const Command diagnose;
const Command diagnose{
    .name = "diagnose",
    .usage = "TARGET",
    .summary = "why a handshake with TARGET fails (or would), and what to change",
    .examples =
        {"whytls example.com  HTTPS on port 443", "whytls smtp://mail.example.com:587  a URL's scheme sets port and STARTTLS",
         "whytls db.example.com:5432 --starttls postgres --max-version tls1.2 --ciphers AES128-SHA  for a client that offers only this",
         "whytls example.com --connect 192.0.2.7:8443  one server behind the name",
         "whytls example.com --client java  for the Java of this machine, with its policy",
         "whytls example.com --client pcap:ticket.pcapng  for the client whose ClientHello is in a capture",
         "whytls api.example.com --cert me.pem --key me.key  with a client certificate",
         "whytls example.com --at 2027-01-01 --format json  as of then, for a script"},
    .connects = true,
    .run = run,
};

}  // namespace whytls::cli::commands
