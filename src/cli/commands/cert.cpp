// SPDX-License-Identifier: Apache-2.0
// whytls cert FILE…: what a client would say to the certificates on disk, and the right bundle.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/cert_folder.h"
#include "cli/cert_present.h"
#include "cli/command.h"
#include "cli/output.h"
#include "observe/chain.h"
#include "report/format.h"
#include "sources/certs/bundle.h"
#include "sources/certs/review.h"
#include "sources/system/trust_table.h"
#include "x509/pem.h"

namespace whytls::cli::commands {
namespace {

using evidence::Kind;
using x509::Part;

/// A row of the connecting commands' table, which this command takes too.
Flag borrowed(std::string_view name) {
  const auto rows = connecting_flags();
  return *std::find_if(rows.begin(), rows.end(), [&](const Flag& flag) { return flag.name == name; });
}

/// The same row in this command's words.
Flag reworded(std::string_view name, std::string_view brief, std::string_view text) {
  Flag out = borrowed(name);
  out.brief = brief;
  out.text = text;
  return out;
}

Flag text_flag(std::string_view name, std::string_view value, std::string_view brief, std::string_view text,
               base::Result<void> (*apply)(Options&, const std::string&), bool settable) {
  return {name, 0, value, Group::who, brief, text, apply, settable, false};
}

/// What was given, opened; `problem` says what of it cannot be used, as facts.
struct Inputs {
  std::vector<certs::File> files;  ///< the key's file last, where one was given
  std::optional<certs::File> key;
  evidence::Evidence problem;
  std::string sentence;  ///< the first problem; empty when there is none

  void refuse(Kind kind, const std::string& path, const std::string& why) {
    if (!sentence.empty()) return;
    sentence = path + ": " + why;
    problem.add({kind, path, sentence, sentence, evidence::Certainty::observed, {"certificate", path}});
    problem.add({Kind::completed, {}, false, {}, evidence::Certainty::observed, {"certificate", {}}});
  }
};

void check_file(const certs::File& file, Inputs& out) {
  const std::string path = file.path == "-" ? "standard input" : file.path;
  using enum x509::Format;
  if (file.missing) return out.refuse(Kind::config_file_missing, path, file.error);
  if (!file.error.empty()) return out.refuse(Kind::config_file_unreadable, path, file.error);
  if (file.contents.format == empty) return out.refuse(Kind::config_file_missing, path, "the file is empty");
  if (file.contents.format == unknown)
    return out.refuse(Kind::config_file_unreadable, path,
                      "there is no certificate, key or request in it, in any format that is known here");
  const bool nothing_open = x509::count(file.contents, Part::Kind::certificate) + x509::count(file.contents, Part::Kind::key) == 0;
  if (nothing_open && file.contents.locked)
    return out.refuse(Kind::config_file_unreadable, path,
                      "the keystore is encrypted, and no password at hand opens it (--passphrase-file)");
}

void check_key(const certs::File& file, Inputs& out) {
  check_file(file, out);
  if (!out.sentence.empty() || x509::count(file.contents, Part::Kind::key) > 0) return;
  for (const Part& part : file.contents.parts)
    if (part.kind == Part::Kind::locked_key)
      return out.refuse(
          Kind::config_file_unreadable, file.path,
          fmt::format("the private key is encrypted ({}), and {}", part.text,
                      part.fault.find("no passphrase") != std::string::npos ? "no passphrase was given (--passphrase-file)" : part.fault));
  out.refuse(Kind::config_file_unreadable, file.path, "there is no private key in it");
}

base::Result<Inputs> open_inputs(const Options& options) {
  Inputs out;
  std::optional<std::string> passphrase;
  if (const std::string& path = options.request.passphrase_file; !path.empty()) {
    const auto text = x509::read_file(path, 65536);
    if (!text) return tl::unexpected(text.error());
    passphrase = text->substr(0, text->find_first_of("\r\n"));
  }
  for (const std::string& word : options.words) {
    out.files.push_back(certs::load(word, passphrase));
    check_file(out.files.back(), out);
  }
  if (const std::string key = own(options, "key"); !key.empty()) {
    out.key = certs::load(key, passphrase);
    check_key(*out.key, out);
  }
  return out;
}

/// The stores that the client in question uses, and the others of this machine.
struct Stores {
  x509::TrustStore store;
  std::vector<x509::TrustStore> others;
  bool given = false;
};

Stores open_stores(const Options& options, Inputs& inputs) {
  Stores out;
  const investigate::Request& request = options.request;
  out.given = !request.ca_file.empty() || !request.ca_dir.empty();
  out.store = out.given ? x509::TrustStore::of_files(request.ca_file, request.ca_dir) : x509::TrustStore::system();
  if (!out.given) out.others = x509::other_public_stores();
  const x509::StoreReport& report = out.store.report();
  if (!out.given || report.usable() || !inputs.sentence.empty()) return out;
  const std::string why = report.problems.empty() ? "it holds no certificate" : report.problems.front().text;
  inputs.sentence = fmt::format("{}: {}", request.ca_file.empty() ? "--ca-dir " + request.ca_dir : "--ca-file " + request.ca_file, why);
  inputs.problem.add(observe::store_facts(report, true));
  for (const auto& [kind, value] : {std::pair<Kind, evidence::Value>{Kind::completed, false},
                                    {Kind::failed_stage, std::string("certificate")},
                                    {Kind::failure, std::string("client")}})
    inputs.problem.add(kind, value);
  return out;
}

certs::Question question_of(const Options& options, const Stores& stores) {
  certs::Question out;
  out.host = own(options, "host");
  out.at = options.request.at.value_or(base::now());
  out.at_given = options.request.at.has_value();
  out.store = &stores.store;
  out.store_given = stores.given;
  for (const x509::TrustStore& other : stores.others) out.others.push_back(&other);
  out.places.known = [](const x509::Certificate& child) {
    std::vector<x509::Extra> found;
    for (auto& [certificate, from] : system::issuers_at_hand(child, system::Environment::of_process()))
      found.push_back({certificate, from});
    return found;
  };
  out.places.fetch = !options.request.offline;
  out.places.timeout = std::min(options.request.timeout, options.request.step);
  out.places.cancel = interruption();
  return out;
}

Exit status_of(const report::Report& report, const Output& output) {
  if (report.diagnosis.outcome == diagnosis::Outcome::failed) return Exit::failed;
  if (report.diagnosis.outcome == diagnosis::Outcome::undetermined) return Exit::undetermined;
  const report::Severity bar = output.fail_on.value_or(report::Severity::error);
  const auto counts = [&](const report::Finding& finding) { return finding.severity >= bar; };
  return std::any_of(report.findings.begin(), report.findings.end(), counts) ? Exit::failed : Exit::ok;
}

Exit print(const Options& options, const std::vector<report::Report>& reports, Exit status) {
  const report::Format* format = report::format(options.output.format);
  const report::Style style = style_for(options.output);
  std::string text;
  if (format->name == "jsonl") {
    for (const report::Report& report : reports) text += format->render(report, style);
  } else {
    text = format->render(with_siblings(reports, leading(reports)), style);
  }
  const auto written = write_result(options.output, text);
  if (written) return status;
  complain(written.error().text());
  return Exit::broken;
}

/// What was given cannot be used: a script that reads JSON still learns which cause that is.
Exit unusable(const Options& options, const Inputs& inputs) {
  complain(inputs.sentence);
  if (options.output.format == "text") return Exit::usage;
  certs::Review review;
  review.evidence = inputs.problem;
  return print(options, {report_of(review, inputs.files, base::now())}, Exit::usage);
}

std::vector<std::string> paths_read(const Options& options) {
  std::vector<std::string> out = options.words;
  for (const std::string& path : {own(options, "key"), options.request.ca_file, options.request.passphrase_file})
    if (!path.empty()) out.push_back(path);
  return out;
}

/// --fix: the bundle of the only server certificate.
Exit write_fix(const std::string& path, std::vector<report::Report>& reports) {
  const auto with_bundle = [](const report::Report& report) { return report.bundle.has_value(); };
  if (std::count_if(reports.begin(), reports.end(), with_bundle) != 1) {
    complain(fmt::format("--fix writes the bundle of one server certificate, and the files hold {}",
                         std::count_if(reports.begin(), reports.end(), with_bundle)));
    return Exit::usage;
  }
  report::Bundle& bundle = *std::find_if(reports.begin(), reports.end(), with_bundle)->bundle;
  const auto written = certs::write_bundle(path, bundle.pem);
  if (!written) {
    complain(written.error().text());
    return Exit::broken;
  }
  bundle.written = path;
  return Exit::ok;
}

struct Reviewed {
  std::vector<certs::Review> reviews;
  std::vector<report::Report> reports;  ///< one of each
};

Reviewed review_all(Inputs& inputs, const certs::Question& question) {
  const certs::Sorted sorted = certs::sort(inputs.files, inputs.key, !question.host.empty());
  if (inputs.key) inputs.files.push_back(*inputs.key);
  Reviewed out;
  for (const certs::Set& set : sorted.sets) out.reviews.push_back(certs::review(set, inputs.files, question));
  if (sorted.sets.empty()) out.reviews.push_back(certs::review_others(sorted, inputs.files, question));
  for (const certs::Review& review : out.reviews) out.reports.push_back(report_of(review, inputs.files, question.at));
  return out;
}

/// The table of trust stores, for the certificate that is shown: it says nothing of a store that was given.
void add_table(const Options& options, bool store_given, base::Time at, Reviewed& found) {
  const std::size_t lead = leading(found.reports);
  std::vector<x509::Certificate> chain;
  for (const certs::Link& link : found.reviews[lead].links) chain.push_back(link.certificate);
  const bool one_chain = !found.reviews[lead].bundle.empty() || chain.size() == 1;
  if (one_chain && !store_given && !options.output.quiet) add_stores(found.reports[lead], chain, at);
}

Exit status_of_all(const std::vector<report::Report>& reports, const Output& output) {
  Exit out = Exit::ok;
  for (const report::Report& report : reports) {
    const Exit one = status_of(report, output);
    if (one == Exit::failed || out == Exit::ok) out = one;
  }
  return out;
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

/// What is wrong with the command line itself; empty when nothing is.
std::string misuse(const Options& options) {
  if (options.words.empty()) return "the file is missing: expected certificates, keys or requests, or - for standard input";
  const std::string fix = own(options, "fix");
  const auto allowed = fix.empty() ? base::Result<void>{} : certs::may_write(fix, paths_read(options));
  if (!allowed) return "--fix " + allowed.error().text();
  const auto folders = std::count_if(options.words.begin(), options.words.end(), is_folder);
  if (folders == 0) return {};
  if (folders != static_cast<std::ptrdiff_t>(options.words.size())) return "folders and files are checked apart: name either";
  for (const char* name : {"fix", "key", "host"})
    if (!own(options, name).empty()) return fmt::format("--{} needs files: in a folder only the dates are looked at", name);
  return {};
}

Exit run(Options& options) {
  if (const std::string wrong = misuse(options); !wrong.empty()) {
    complain(wrong);
    return Exit::usage;
  }
  const base::Time now = options.request.at.value_or(base::now());
  if (std::all_of(options.words.begin(), options.words.end(), is_folder)) return check_folders(options, now);
  auto inputs = open_inputs(options);
  if (!inputs) {
    complain(inputs.error().text());
    return Exit::usage;
  }
  const Stores stores = open_stores(options, *inputs);
  if (!inputs->sentence.empty()) return unusable(options, *inputs);
  const certs::Question question = question_of(options, stores);
  Reviewed found = review_all(*inputs, question);
  if (const std::string fix = own(options, "fix"); !fix.empty())
    if (const Exit wrote = write_fix(fix, found.reports); wrote != Exit::ok) return wrote;
  add_table(options, stores.given, question.at, found);
  return print(options, found.reports, status_of_all(found.reports, options.output));
}

}  // namespace

extern const Command cert;
const Command cert{
    .name = "cert",
    .usage = "FILE…|DIR…",
    .summary = "what a client would say to a chain or key on disk, and the right bundle",
    .examples = {"whytls cert fullchain.pem --host www.example.com  would a client accept it for that name",
                 "whytls cert cert.pem chain.pem --key server.key  several files together, and whether the key belongs to them",
                 "whytls cert cert.pem --fix fullchain.pem  write the bundle that a server should send, the missing fetched",
                 "whytls cert server.p12 --passphrase-file pass.txt  a keystore: PKCS #12, JKS, PKCS #7, DER are read as well",
                 "openssl s_client -connect host:443 -showcerts </dev/null | whytls cert -  whatever else stands around them",
                 "whytls cert /etc/letsencrypt/live --fail-on warning  all in a folder: which have ended, or soon will"},
    .flags = {text_flag(
                  "host", "NAME", "the name that it must cover", "Check that the certificate covers this name or address.",
                  [](Options& o, const std::string& v) { return keep(o, "host", v); }, true),
              text_flag(
                  "key", "FILE", "the private key that must fit",
                  "Check that the private key in FILE belongs to the certificate. A key among the files is checked anyway.",
                  [](Options& o, const std::string& v) { return keep(o, "key", v); }, true),
              text_flag(
                  "fix", "FILE", "write the right bundle",
                  "Write the bundle that a server should send to FILE: the leaf first, gaps filled as far as they can be, no root, never a "
                  "key. FILE is replaced at once and may not be one of those that are read. The exit status speaks of the input still.",
                  [](Options& o, const std::string& v) { return keep(o, "fix", v); }, false),
              reworded(
                  "passphrase-file", "passphrase of keys and keystores",
                  "Read the passphrase of private keys and keystores from the first line of FILE. Without it keystores are tried with none "
                  "and with the well-known \"changeit\"."),
              borrowed("at"), borrowed("ca-file"), borrowed("ca-dir"),
              reworded("timeout", "seconds for fetching what is missing (5)",
                       "Bound the fetching of missing certificates to S seconds, at most 5."),
              reworded("offline", "fetch nothing",
                       "Send nothing: missing certificates are looked for in the files and on this machine only.")},
    .run = run,
};

}  // namespace whytls::cli::commands
