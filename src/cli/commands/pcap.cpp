// SPDX-License-Identifier: Apache-2.0
// whytls pcap FILE…|-: every handshake in a capture, and why each failed one failed.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/capture/tally.h"
#include "cli/command.h"
#include "cli/line_writer.h"
#include "cli/output.h"
#include "report/capture_summary.h"
#include "sources/capture/capture.h"
#include "sources/capture/file/capture_file.h"
#include "sources/capture/write/anonymize.h"

namespace whytls::cli::commands {
namespace {

namespace capture = sources::capture;

struct Reading {
  Tally tally;
  capture::KeyLog keys;
  std::vector<report::CaptureFile> files;
  std::vector<std::string> damage;
  std::vector<std::pair<std::string, std::uint64_t>> undecoded;
  std::optional<base::Time> first, last;
  std::uint64_t packets = 0, bytes = 0;
  bool several = false;
  std::optional<capture::PacketRing> ring;  ///< of standard input, which cannot be read twice
};

/// The packets that prove the failures, as a capture of its own.
base::Result<void> write_proof(const Reading& reading, const std::string& path, bool anonymous) {
  std::vector<capture::KeptPacket> packets;
  for (const auto& [file, numbers] : reading.tally.proof()) {
    const std::vector<std::uint64_t> wanted(numbers.begin(), numbers.end());
    const std::string source = file.empty() ? reading.files.front().path : file;
    auto kept =
        source == "-" ? base::Result<std::vector<capture::KeptPacket>>(reading.ring->take(wanted)) : capture::packets_of(source, wanted);
    if (!kept) return tl::unexpected(kept.error());
    for (capture::KeptPacket& each : *kept) packets.push_back(std::move(each));
  }
  if (anonymous) capture::anonymize(packets, {reading.tally.names().begin(), reading.tally.names().end()});
  return capture::write_capture(path, packets, anonymous ? "failed handshakes, names and addresses replaced" : "failed handshakes",
                                reading.files.front().path);
}

void add_undecoded(Reading& reading, const std::vector<std::pair<std::string, std::uint64_t>>& more) {
  for (const auto& one : more) {
    const auto known =
        std::find_if(reading.undecoded.begin(), reading.undecoded.end(), [&](const auto& each) { return each.first == one.first; });
    if (known == reading.undecoded.end())
      reading.undecoded.push_back(one);
    else
      known->second += one.second;
  }
}

void note_times(Reading& reading, const capture::Capture& whole) {
  if (whole.first().at == 0) return;
  const base::Time first = whole.first().time(), last = whole.last().time();
  reading.first = reading.first ? std::min(*reading.first, first) : first;
  reading.last = reading.last ? std::max(*reading.last, last) : last;
}

/// Reads one file to its end, its damage, or the user's wish to stop.
base::Result<void> read_file(Reading& reading, const std::string& path, Progress& progress) {
  auto file = capture::CaptureFile::open(path);
  if (!file) return tl::unexpected(file.error());
  capture::Capture whole([&](capture::Handshake&& h) { reading.tally.note(std::move(h), reading.several ? path : std::string()); },
                         &reading.keys);
  capture::Packet packet;
  constexpr std::uint64_t often = 0x3ffff;
  while (file->next(packet)) {
    if (const base::Bytes secrets = file->take_secrets(); !secrets.empty()) reading.keys.add(base::text(secrets));
    whole.feed(packet);
    if (reading.ring && path == "-") reading.ring->keep(packet);
    if ((whole.packets() & often) != 0) continue;
    progress.show(fmt::format("{}: {} packets, {} MB", path, whole.packets(), whole.bytes() / 1000000));
    if (interruption()->load()) break;
  }
  whole.finish();
  if (file->damage()) reading.damage.push_back(*file->damage());
  reading.files.push_back({path, file->name(), whole.packets(), whole.bytes()});
  reading.packets += whole.packets();
  reading.bytes += whole.bytes();
  add_undecoded(reading, whole.undecoded());
  note_times(reading, whole);
  return {};
}

Exit status_of(const report::CaptureSummary& summary) {
  if (summary.interrupted) return Exit::interrupted;
  if (summary.handshakes.failed > 0) return Exit::failed;
  return summary.handshakes.undetermined > 0 ? Exit::undetermined : Exit::ok;
}

std::string rendered(const report::CaptureSummary& summary, const Output& output) {
  if (output.format == "json") return report::to_text(report::capture_document(summary), 2) + "\n";
  if (output.format == "html") return report::capture_html(summary);
  if (output.format == "junit") return report::capture_junit(summary, style_for(output));
  return report::capture_text(summary, style_for(output));
}

auto refuse(std::string what) { return base::fail(base::Fault::misuse, std::move(what)); }

/// What the options say, before anything is opened.
base::Result<TallyOptions> checked(const Options& options) {
  if (options.output.format == "prometheus") return refuse("pcap has no format 'prometheus': there are text, json, jsonl, html and junit");
  if (options.words.empty()) return refuse("the capture is missing: expected a file of pcap or pcapng, or - for standard input");
  if (own(options, "write").empty() && options.own.contains("anonymize"))
    return refuse("--anonymize belongs to --write FILE: the report itself names addresses as they are");
  TallyOptions how;
  how.all = options.own.contains("all");
  if (options.words.size() == 1) how.only_file = options.words.front();
  if (const std::string flow = own(options, "flow"); !flow.empty()) {
    how.flow = base::number(flow);
    if (!how.flow) return refuse("--flow '" + flow + "': expected the number of a connection, as the report shows it");
  }
  return how;
}

base::Result<x509::TrustStore> store_of(const std::string& ca_file) {
  if (ca_file.empty()) return x509::TrustStore::system();
  const x509::TrustStore store = x509::TrustStore::of_files(ca_file, "");
  const x509::StoreReport& report = store.report();
  if (!report.usable())
    return refuse("--ca-file " + ca_file + ": " + (report.problems.empty() ? "it holds no certificate" : report.problems.front().text));
  return store;
}

/// Every file, as far as it goes; the last error of those that could not be read.
std::optional<base::Error> read_all(Reading& reading, const Options& options) {
  Progress progress(!options.output.quiet);
  std::optional<base::Error> error;
  for (const std::string& path : options.words) {
    const auto read = read_file(reading, path, progress);
    if (!read) {
      complain(read.error().text());
      error = read.error();
    }
    if (interruption()->load()) break;
  }
  progress.clear();
  return error;
}

report::CaptureSummary summary_of(Reading& reading) {
  report::CaptureSummary summary = reading.tally.finish();
  summary.files = reading.files;
  summary.damage = reading.damage;
  summary.undecoded = reading.undecoded;
  summary.packets = reading.packets;
  summary.bytes = reading.bytes;
  summary.first = reading.first;
  summary.last = reading.last;
  summary.interrupted = interruption()->load();
  return summary;
}

Exit run(Options& options) {
  auto how = checked(options);
  if (!how) return complain(how.error().what), Exit::usage;
  const auto store = store_of(own(options, "ca-file"));
  if (!store) return complain(store.error().what), Exit::usage;
  how->store = &*store;
  how->store_given = !own(options, "ca-file").empty();
  std::optional<LineWriter> lines;
  if (options.output.format == "jsonl") {
    auto opened = LineWriter::open(options.output);
    if (!opened) return complain(opened.error().text()), Exit::usage;
    lines = std::move(*opened);
    how->stream = [&](report::Report&& report) { lines->write(report::to_text(report::document(report), -1)); };
  }
  Reading reading{Tally(std::move(*how)), {}, {}, {}, {}, {}, {}, 0, 0, options.words.size() > 1, {}};
  const std::string write_to = own(options, "write"), keylog = own(options, "keylog");
  if (!write_to.empty() && std::find(options.words.begin(), options.words.end(), "-") != options.words.end()) reading.ring.emplace();
  if (!keylog.empty())
    if (const auto loaded = reading.keys.load(keylog); !loaded) return complain(loaded.error().text()), Exit::usage;
  std::optional<base::Error> error = read_all(reading, options);
  if (reading.files.empty()) return Exit::usage;
  const report::CaptureSummary summary = summary_of(reading);
  if (const auto warning = reading.tally.key_use().warning(reading.keys, keylog)) complain(*warning);
  if (!write_to.empty()) {
    if (const auto done = write_proof(reading, write_to, options.own.contains("anonymize")); !done) {
      complain(done.error().text());
      error = done.error();
    }
  }
  const auto written = lines ? lines->finish() : write_result(options.output, rendered(summary, options.output));
  if (!written) return complain(written.error().text()), Exit::broken;
  return error ? Exit::usage : status_of(summary);
}

}  // namespace

extern const Command pcap;
const Command pcap{
    .name = "pcap",
    .usage = "FILE…|-",
    .summary = "every handshake in a capture, and why each failed one failed",
    .examples = {"whytls pcap office.pcapng  a summary, then each failure",
                 "whytls pcap --all --format html -o report.html office.pcapng  every handshake, as a page",
                 "whytls pcap --flow 17 office.pcapng  one connection in full",
                 "whytls pcap office.pcapng --write ticket.pcapng --anonymize  the packets that prove it, to be shown to others",
                 "tcpdump -w - port 443 | whytls pcap -  from another program"},
    .flags = {{"all", 0, "", Group::output, "show the good ones too", "Show every handshake, not those alone that failed.",
               [](Options& o, const std::string& v) { return keep(o, "all", v); }, false},
              {"flow", 0, "N", Group::output, "one connection in full", "Show connection N alone, whatever came of it.",
               [](Options& o, const std::string& v) { return keep(o, "flow", v); }, false},
              {"write", 0, "FILE", Group::output, "write what proves the failures",
               "Write a small capture (pcapng) with the packets of a few failures of each kind, or of the connection of --flow, fit for a "
               "ticket.",
               [](Options& o, const std::string& v) { return keep(o, "write", v); }, false},
              {"anonymize", 0, "", Group::output, "replace names and addresses in it",
               "With --write: replace addresses and names of servers, the same by the same throughout.",
               [](Options& o, const std::string& v) { return keep(o, "anonymize", v); }, false},
              {"keylog", 0, "FILE", Group::who, "secrets for decryption",
               "Decrypt with the secrets in FILE (SSLKEYLOGFILE's format); those inside a pcapng are used without it.",
               [](Options& o, const std::string& v) { return keep(o, "keylog", v); }, true, false},
              {"ca-file", 0, "FILE", Group::client, "roots that the clients trust, as PEM",
               "Judge certificates by the roots in FILE (PEM) instead of this machine's store.",
               [](Options& o, const std::string& v) { return keep(o, "ca-file", v); }}},
    .run = run,
};

}  // namespace whytls::cli::commands
