// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/file/capture_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sources/capture/file/format.h"
#include "sources/capture/file/window.h"

namespace whytls::sources::capture {
namespace {

struct Known {
  std::string_view magic, what;
};

using namespace std::string_view_literals;
constexpr std::array others{
    Known{"GMBU"sv, "a capture of Microsoft Network Monitor (editcap -F pcapng converts it)"},
    Known{"RTSS"sv, "a capture of Microsoft Network Monitor 1 (editcap -F pcapng converts it)"},
    Known{"XCP\0"sv, "a capture of NetXRay (editcap -F pcapng converts it)"},
    Known{"TRSNIFF data"sv, "a capture of Sniffer (editcap -F pcapng converts it)"},
    Known{"btsnoop\0"sv, "a capture of Bluetooth"},
    Known{"\x7f"
          "ELF"sv,
          "a program"},
    Known{"PK\x03\x04"sv, "a zip archive: unpack it first"},
    Known{"BZh"sv, "packed with bzip2: unpack it first"},
    Known{"\xfd"
          "7zXZ"sv,
          "packed with xz: unpack it first"},
    Known{"7z\xbc\xaf"sv, "a 7z archive: unpack it first"},
    Known{"\x04\x22\x4d\x18"sv, "packed with lz4: unpack it first"},
    Known{"-----BEGIN"sv, "a PEM file"},
    Known{"{"sv, "JSON"},
};

std::string what_it_is(base::ByteView head) {
  const std::string_view text = base::text(head);
  if (text.empty()) return "the file is empty: a capture (pcap, pcapng, snoop) was expected";
  for (const Known& one : others)
    if (text.starts_with(one.magic)) return fmt::format("is no capture (pcap, pcapng, snoop) but {}", one.what);
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; });
  return printable ? "is no capture (pcap, pcapng, snoop) but text" : "is no capture (pcap, pcapng, snoop)";
}

}  // namespace

CaptureFile::CaptureFile(std::unique_ptr<file::Window> window, std::unique_ptr<file::Format> format)
    : window_(std::move(window)), format_(std::move(format)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

base::Result<CaptureFile> CaptureFile::open(const std::string& path) {
  auto input = base::Input::open(path);
  if (!input) return tl::unexpected(input.error());
  return read(std::move(*input));
}

base::Result<CaptureFile> CaptureFile::read(base::Input input) {
  auto window = std::make_unique<file::Window>(std::move(input));
  for (const auto& open : {file::pcap, file::pcapng, file::snoop})
    if (auto format = open(*window)) return CaptureFile(std::move(window), std::move(format));
  if (window->damage()) return base::fail(base::Fault::input, *window->damage());
  window->have(64);
  const base::ByteView head = window->bytes();
  return base::fail(base::Fault::input, what_it_is(head.first(std::min<std::size_t>(head.size(), 64))), window->name());
}

bool CaptureFile::next(Packet& packet) {
  if (window_->damage() || !format_->next(*window_, packet)) return false;
  packet.when.packet = ++packets_;
  return true;
}

const std::optional<std::string>& CaptureFile::damage() const { return window_->damage(); }
base::Bytes CaptureFile::take_secrets() { return format_->take_secrets(); }
const std::string& CaptureFile::name() const { return window_->name(); }
std::uint64_t CaptureFile::bytes() const { return window_->offset(); }

}  // namespace whytls::sources::capture
