// SPDX-License-Identifier: Apache-2.0
// whytls watch -i IFACE [FILTER]: every handshake on an interface, and why each failed one failed, as it happens. From a capture stream on
// standard input with -. The interface is opened first; then every privilege goes.
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "base/text.h"
#include "cli/capture/evidence.h"
#include "cli/capture/tally.h"
#include "cli/command.h"
#include "cli/line_writer.h"
#include "cli/output.h"
#include "net/page_server.h"
#include "report/document.h"
#include "report/metrics.h"
#include "report/watch_screen.h"
#include "sources/capture/capture.h"
#include "sources/capture/file/capture_file.h"
#include "sources/capture/live/live.h"

namespace whytls::cli::commands {
namespace {

namespace capture = sources::capture;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_latest = 50, most_groups = 20, seconds_shown = 60;
constexpr std::int64_t patience = 2'000'000'000;  // nanoseconds after its last packet, a failure is judged

/// The screen, drawn over itself; or, where there is no terminal, a line for each failure.
class Display {
 public:
  explicit Display(const Output& output)
      : output_(output), screen_(output.format == "text" && output.file.empty() && isatty(STDOUT_FILENO) == 1) {
    if (screen_) base::write_all(STDOUT_FILENO, "\x1b[?1049h\x1b[?25l");
  }
  ~Display() { leave(); }
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  bool screen() const { return screen_; }
  void leave() {
    if (screen_) base::write_all(STDOUT_FILENO, "\x1b[?25h\x1b[?1049l");
    screen_ = false;
  }
  void draw(const report::WatchView& view) const {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
    std::string out = "\x1b[H";
    for (const std::string& line : report::watch_lines(view, style_for(output_), known ? size.ws_row : 24)) out += line + "\x1b[K\r\n";
    if (out.ends_with("\r\n")) out.resize(out.size() - 2);
    base::write_all(STDOUT_FILENO, out + "\x1b[J");
  }

 private:
  const Output& output_;
  bool screen_;
};

report::WatchEvent event_of(const report::Report& report) {
  report::WatchEvent out;
  out.time = report.flow->start;
  out.outcome = report.diagnosis.outcome;
  if (report.diagnosis.verdict) out.cause = report.diagnosis.verdict->cause->id;
  out.client = report.flow->client.substr(0, report.flow->client.rfind(':'));
  out.server = report.flow->server;
  out.name = base::printable(report.handshake.offered.server_name.value_or(""), 255);
  return out;
}

std::string line_of(const report::Report& report) {
  const report::WatchEvent e = event_of(report);
  const std::string what = e.cause.empty() ? "undetermined" : e.cause;
  const std::string name = e.name.empty() ? e.server : e.name + " (" + e.server + ")";
  const auto& verdict = report.diagnosis.verdict;
  return fmt::format("{}  {} → {}  {}{}", e.time ? base::rfc3339(*e.time) : "", e.client, name, what,
                     verdict ? ": " + base::printable(verdict->finding.summary, 300) : "");
}

/// All that one run keeps.
struct Watching {
  explicit Watching(Options& given)
      : options(given),
        store(own(given, "ca-file").empty() ? x509::TrustStore::system() : x509::TrustStore::of_files(own(given, "ca-file"), "")),
        json(given.output.format != "text"),
        every(json && given.own.contains("all")),
        tally(how()),
        whole([this](capture::Handshake&& h) { tally.note(std::move(h), ""); }, &keys) {
    store.load();  // while that is still allowed
  }

  Options& options;
  x509::TrustStore store;
  bool json = false, every = false;
  Tally tally;
  capture::KeyLog keys;
  capture::Capture whole;
  report::WatchView view;
  std::optional<capture::LiveCapture> live;
  std::optional<capture::CaptureFile> file;
  std::optional<LineWriter> lines;
  std::optional<net::PageServer> pages;
  std::optional<EvidenceFolder> evidence;
  std::string refused;  ///< why evidence could not be written
  base::Time started = base::now();
  Clock::time_point began = Clock::now(), drawn{};
  std::uint64_t packets_before = 0, bytes_before = 0, handshakes_before = 0;

  base::Result<void> open();
  TallyOptions how();
  void failed(const report::Report& report, const capture::Handshake& handshake);
  void feed(const capture::Packet& packet) {
    if (evidence) evidence->keep(packet);
    whole.feed(packet);
  }
};

TallyOptions Watching::how() {
  TallyOptions out;
  out.store = &store;
  out.store_given = !own(options, "ca-file").empty();
  out.most_shown = 0;
  out.on_failure = [this](const report::Report& report, const capture::Handshake& handshake) { failed(report, handshake); };
  if (every) out.stream = [this](report::Report&& report) { lines->write(report::to_text(report::document(report), -1)); };
  return out;
}

void Watching::failed(const report::Report& report, const capture::Handshake& handshake) {
  if (evidence) {
    if (const auto written = evidence->add(report, handshake); !written) refused = written.error().text();
  }
  view.latest.insert(view.latest.begin(), event_of(report));
  if (view.latest.size() > most_latest) view.latest.pop_back();
  if (lines && !every) lines->write(json ? report::to_text(report::document(report), -1) : line_of(report));
}

/// Everything that has to be opened, before privileges go.
base::Result<void> Watching::open() {
  const std::string interface = own(options, "interface"), filter = base::join(options.words, " ");
  if (interface.empty()) {
    auto opened = capture::CaptureFile::open("-");
    if (!opened) return tl::unexpected(opened.error());
    file = std::move(*opened);
    view.source = "standard input";
  } else {
    auto opened = capture::LiveCapture::open({.interface = interface, .filter = filter});
    if (!opened) return tl::unexpected(opened.error());
    live = std::move(*opened);
    view.source = interface + (filter.empty() ? "" : ", " + filter);
  }
  if (json || !options.output.file.empty() || isatty(STDOUT_FILENO) != 1) {
    auto opened = LineWriter::open(options.output);
    if (!opened) return tl::unexpected(opened.error());
    lines = std::move(*opened);
  }
  if (const std::string folder = own(options, "evidence"); !folder.empty()) evidence.emplace(folder);
  const std::string place = own(options, "metrics");
  if (place.empty()) return {};
  auto opened = net::PageServer::open(place, "/metrics");
  if (!opened) return tl::unexpected(opened.error());
  pages = std::move(*opened);
  if (lines) complain("metrics at http://" + pages->address() + "/metrics");
  return {};
}

net::Page metrics_of(const Watching& w, std::string_view accept) {
  report::WatchMetrics out;
  out.version = WHYTLS_VERSION;
  out.start = w.started;
  if (w.whole.last().at != 0) out.last_packet = w.whole.last().time();
  out.packets = w.whole.packets();
  out.bytes = w.whole.bytes();
  out.dropped = w.view.dropped;
  out.connections = w.whole.connections();
  out.connections_open = w.whole.open_connections();
  out.handshakes = w.tally.counts();
  out.failures.assign(w.tally.causes().begin(), w.tally.causes().end());
  const report::Exposition form = report::exposition_for(accept);
  return {std::string(report::media_type(form)), report::watch_metrics(out, form)};
}

/// Once a second: what came since.
void refresh(Watching& w) {
  const auto now = Clock::now();
  const double passed = std::chrono::duration<double>(now - (w.drawn == Clock::time_point{} ? w.began : w.drawn)).count();
  w.drawn = now;
  report::WatchView& v = w.view;
  const std::uint64_t handshakes = w.tally.counts().all();
  const auto rate = [&](std::uint64_t value, std::uint64_t& before) {
    const double out = passed > 0 ? static_cast<double>(value - before) / passed : 0;
    before = value;
    return out;
  };
  v.lately.push_back(handshakes - w.handshakes_before);
  if (v.lately.size() > seconds_shown) v.lately.erase(v.lately.begin());
  v.packets = w.whole.packets();
  v.bytes = w.whole.bytes();
  v.open = w.whole.open_connections();
  v.packets_per_second = rate(v.packets, w.packets_before);
  v.bytes_per_second = rate(v.bytes, w.bytes_before);
  v.handshakes_per_second = rate(handshakes, w.handshakes_before);
  v.running = std::chrono::duration_cast<std::chrono::seconds>(now - w.began);
  v.handshakes = w.tally.counts();
  v.groups = w.tally.largest(most_groups);
}

void wait_for(Watching& w, int descriptor, int milliseconds) {
  std::vector<pollfd> all{{descriptor, POLLIN, 0}};
  if (w.pages)
    for (const int each : w.pages->descriptors()) all.push_back({each, POLLIN, 0});
  poll(all.data(), all.size(), milliseconds);
}

/// What has to be done between packets; false when it is over.
bool attend(Watching& w, const Display& display) {
  constexpr std::chrono::seconds often{1};
  if (w.pages) w.pages->serve([&](std::string_view accept) { return metrics_of(w, accept); });
  if (Clock::now() - w.drawn < often) return !interruption()->load();
  const std::int64_t now =
      w.live ? std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count() : w.whole.last().at;
  if (w.live) w.whole.advance(now);
  w.tally.settle(now - patience);
  refresh(w);
  if (display.screen()) display.draw(w.view);
  if (w.lines) w.lines->flush();
  return !interruption()->load() && !(w.lines && w.lines->gone());
}

void look_at_interface(Watching& w, capture::LiveCapture& live, const Display& display) {
  constexpr int burst = 512, pause = 200;
  capture::Packet packet;
  while (attend(w, display)) {
    capture::LiveCapture::Next next = capture::LiveCapture::Next::packet;
    for (int i = 0; i < burst && next == capture::LiveCapture::Next::packet; ++i) {
      next = live.next(packet);
      if (next == capture::LiveCapture::Next::packet) w.feed(packet);
    }
    w.view.dropped = live.dropped();
    if (next == capture::LiveCapture::Next::over) return complain(live.error());
    if (next == capture::LiveCapture::Next::none) wait_for(w, live.descriptor(), pause);
  }
}

void look_at_stream(Watching& w, capture::CaptureFile& file, const Display& display) {
  capture::Packet packet;
  while (file.next(packet)) {
    if (const base::Bytes secrets = file.take_secrets(); !secrets.empty()) w.keys.add(base::text(secrets));
    w.feed(packet);
    if (!attend(w, display)) return;
  }
  if (file.damage()) complain(*file.damage());
}

Exit conclude(Watching& w) {
  w.whole.finish();
  const report::CaptureSummary summary = w.tally.finish();
  const report::HandshakeCounts& c = summary.handshakes;
  complain(fmt::format("{} handshakes: {} ok, {} failed, {} undetermined, {} let go by the client; {} packets{}", c.all(), c.ok, c.failed,
                       c.undetermined, c.aborted, w.whole.packets(),
                       w.view.dropped > 0 ? fmt::format(", {} dropped by the kernel", w.view.dropped) : ""));
  if (const auto warning = w.tally.key_use().warning(w.keys, "")) complain(*warning);
  if (!w.refused.empty()) complain("--evidence " + w.refused);
  if (w.lines) {
    if (const auto written = w.lines->finish(); !written) return complain(written.error().text()), Exit::broken;
  }
  if (interruption()->load()) return Exit::interrupted;
  return c.failed > 0 ? Exit::failed : c.undetermined > 0 ? Exit::undetermined : Exit::ok;
}

Exit run(Options& options) {
  const std::string interface = own(options, "interface");
  const bool piped = options.words.size() == 1 && options.words[0] == "-" && interface.empty();
  if (interface.empty() && !piped) {
    complain("the interface is missing: whytls watch -i IFACE [FILTER]; there are " + base::join(capture::interfaces(), ", ") +
             "; - reads a capture from standard input");
    return Exit::usage;
  }
  if (!has_format(options.output, "watch")) return Exit::usage;
  Watching w(options);
  if (const auto opened = w.open(); !opened) return complain(opened.error().text()), Exit::usage;
  if (const auto done = capture::give_up_privileges({.may_accept = w.pages.has_value(), .may_write_files = w.evidence.has_value()}); !done)
    return complain(done.error().text()), Exit::broken;
  {
    const Display display(options.output);
    w.live ? look_at_interface(w, *w.live, display) : look_at_stream(w, *w.file, display);
  }
  return conclude(w);
}

}  // namespace

extern const Command watch;
const Command watch{
    .name = "watch",
    .usage = "-i IFACE [FILTER] | -",
    .summary = "every handshake on an interface, and why each failed one failed, live",
    .examples = {"whytls watch -i eth0  with a screen that shows what fails now",
                 "whytls watch -i eth0 --format jsonl tcp port 443  a report a line, for a program",
                 "whytls watch -i any --metrics 127.0.0.1:9477  with a page for Prometheus",
                 "ssh host tcpdump -w - port 443 | whytls watch -  another machine's packets"},
    .flags =
        {{"interface", 'i', "IFACE", Group::way, "the interface to watch",
          "Watch IFACE (any: all of them). It is opened first; then every privilege is given up.",
          [](Options& o, const std::string& v) { return keep(o, "interface", v); }, true, false},
         {"all", 0, "", Group::output, "the good ones too", "With jsonl: report every handshake, not those alone that failed.",
          [](Options& o, const std::string& v) { return keep(o, "all", v); }, false},
         {"metrics", 0, "ADDRESS:PORT", Group::output, "a page for Prometheus", "Serve /metrics at ADDRESS:PORT, such as 127.0.0.1:9477.",
          [](Options& o, const std::string& v) { return keep(o, "metrics", v); }, true, false},
         {"evidence", 0, "DIR", Group::output, "captures of failed connections",
          "Write a small capture of a failed connection into DIR, a few of each kind; at most 200, then the oldest goes. Who ran sudo (or "
          "nobody) must be allowed to write there.",
          [](Options& o, const std::string& v) { return keep(o, "evidence", v); }, false},
         {"ca-file", 0, "FILE", Group::client, "roots that the clients trust, as PEM",
          "Judge certificates by the roots in FILE (PEM) instead of this machine's store.",
          [](Options& o, const std::string& v) { return keep(o, "ca-file", v); }}},
    .run = run,
};

}  // namespace whytls::cli::commands
