// SPDX-License-Identifier: Apache-2.0
#include "report/watch_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/capture_words.h"
#include "report/layout.h"

namespace whytls::report {
namespace {

/// The first `width` columns; what is cut off is shown by a mark.
std::string cut(std::string_view text, std::size_t width, bool utf8) {
  std::string clean = base::printable(text, 1024);
  if (columns(clean) <= width) return clean;
  const std::string_view mark = utf8 ? "…" : "~";
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = at + 1;
    while (end < clean.size() && (static_cast<unsigned char>(clean[end]) & 0xc0U) == 0x80U) ++end;
    if (columns(out) + 1 + columns(mark) > width) break;
    out += clean.substr(at, end - at);
    at = end;
  }
  return width == 0 ? "" : out + std::string(mark);
}

class Screen {
 public:
  Screen(const Style& style, std::size_t height) : style_(style), height_(height) {}

  std::size_t room() const { return height_ - std::min(height_, lines_.size()); }
  const Style& style() const { return style_; }

  void line(std::string_view text, Tone tone = Tone::plain) {
    if (room() == 0) return;
    Sheet sheet(style_);
    sheet.verbatim(0, cut(text, style_.width, style_.utf8), tone);
    std::string out = sheet.take();
    out.pop_back();
    lines_.push_back(std::move(out));
  }
  /// `right` stands at the right margin; `left` gives way.
  void line(std::string_view left, std::string_view right, Tone tone = Tone::plain) {
    const std::size_t room = style_.width - std::min(style_.width, columns(right) + 2);
    const std::string words = cut(left, room, style_.utf8);
    line(words + std::string(room - std::min(room, columns(words)) + 2, ' ') + std::string(right), tone);
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  Style style_;
  std::size_t height_;
  std::vector<std::string> lines_;
};

std::string clock(std::optional<base::Time> time) { return time ? base::rfc3339(*time).substr(11, 8) : ""; }

std::string duration(std::chrono::seconds time) {
  const auto all = std::max<std::int64_t>(time.count(), 0);
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

/// A bar a second.
std::string bars(const std::vector<std::uint64_t>& counts, std::size_t most, bool utf8) {
  constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::string_view plain = " .:-=+*#@";
  const std::size_t shown = std::min(counts.size(), most);
  const std::uint64_t highest = counts.empty() ? 0 : *std::max_element(counts.end() - static_cast<std::ptrdiff_t>(shown), counts.end());
  std::string out;
  for (std::size_t i = counts.size() - shown; i < counts.size(); ++i) {
    const std::size_t height = counts[i] == 0 ? 0 : 1 + static_cast<std::size_t>((counts[i] - 1) * 7 / std::max<std::uint64_t>(highest, 1));
    out += utf8 ? blocks[height] : plain.substr(height, 1);
  }
  return out;
}

void print_head(Screen& screen, const WatchView& view) {
  screen.line("whytls watch " + view.source, "running " + duration(view.running), Tone::strong);
  screen.line(fmt::format("{} packets/s, {}/s; {} packets, {} open",
                          grouped(static_cast<std::uint64_t>(std::max(view.packets_per_second, 0.0))),
                          size_words(static_cast<std::uint64_t>(std::max(view.bytes_per_second, 0.0))), grouped(view.packets),
                          counted(view.open, "connection")));
  if (view.dropped > 0)
    screen.line(fmt::format("{} lost before they could be read", counted(view.dropped, "packet was", "packets were")), Tone::unsure);
  const std::string counts = counts_words(view.handshakes);
  screen.line(counts.empty() ? "no handshake yet" : counts, view.handshakes.failed > 0  ? Tone::bad
                                                            : view.handshakes.all() > 0 ? Tone::good
                                                                                        : Tone::plain);
  const std::string rate = fmt::format("{:.1f} handshakes/s ", std::max(view.handshakes_per_second, 0.0));
  const std::size_t left = screen.style().width - std::min(screen.style().width, columns(rate));
  screen.line(rate + bars(view.lately, left, screen.style().utf8), Tone::dim);
}

/// The address gives way to the name.
std::string server_name(const std::string& name, const std::string& endpoint) {
  return name.empty() ? endpoint : name + endpoint.substr(std::min(endpoint.rfind(':'), endpoint.size()));
}

std::string cause_or(std::string_view cause) { return cause.empty() ? "undetermined" : std::string(cause); }

void print_groups(Screen& screen, const WatchView& view, std::size_t most) {
  if (view.groups.empty() || most < 2) return;
  screen.line("  count  failure", "last    ", Tone::dim);
  const std::size_t shown = std::min(view.groups.size(), most - 1);
  for (std::size_t i = 0; i < shown; ++i) {
    const WatchGroup& group = view.groups[i];
    screen.line(fmt::format("{:>7}  {}  {} {} {}", grouped(group.count), cause_or(group.cause), server_name(group.name, group.server),
                            screen.style().utf8 ? "←" : "<", group.client),
                fmt::format("{:>8}", clock(group.last)));
  }
}

void print_latest(Screen& screen, const WatchView& view) {
  if (view.latest.empty() || screen.room() < 2) return;
  screen.line("   time  latest", Tone::dim);
  for (const WatchEvent& event : view.latest) {
    if (screen.room() == 0) return;
    const std::string what = event.outcome == diagnosis::Outcome::failed || event.outcome == diagnosis::Outcome::undetermined
                                 ? cause_or(event.cause)
                                 : std::string(diagnosis::outcome_name(event.outcome));
    screen.line(fmt::format("{:<8}  {}  {} {} {}", clock(event.time), what, event.client, screen.style().utf8 ? "→" : ">",
                            server_name(event.name, event.server)));
  }
}

}  // namespace

std::vector<std::string> watch_lines(const WatchView& view, const Style& style, std::size_t height) {
  Screen screen(style, height);
  print_head(screen, view);
  if (screen.room() > 3) screen.line("");
  // The latest get a third of what is left, the groups the rest, and each what the other does not need.
  const std::size_t for_latest = std::min(view.latest.size() + 2, screen.room() / 3);
  print_groups(screen, view, screen.room() - for_latest);
  if (!view.groups.empty() && screen.room() > 2) screen.line("");
  print_latest(screen, view);
  return screen.take();
}

}  // namespace whytls::report
