// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sources/probe/hpack.h"

namespace whytls::probe {

using base::Bytes;
using base::ByteView;

namespace {

constexpr std::string_view agent = "whytls";
constexpr std::size_t text_limit = 128;

/// The value of a header line, printable.
std::optional<std::string> header(std::string_view line, std::string_view name) {
  if (!base::starts_with_nocase(line, name) || line.size() <= name.size() || line[name.size()] != ':') return std::nullopt;
  return base::printable(base::trim(line.substr(name.size() + 1)), text_limit);
}

Bytes http1_request(std::string_view method, const std::string& host) {
  const std::string request =
      fmt::format("{} / HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\nConnection: close\r\n\r\n", method, host, agent);
  const ByteView bytes = base::view(request);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Bytes http1_head(const std::string& host) { return http1_request("HEAD", host); }
Bytes http1_get(const std::string& host) { return http1_request("GET", host); }

std::optional<HttpAnswer> parse_http1(ByteView bytes, bool& hopeless) {
  const std::string_view text = base::text(bytes);
  constexpr std::string_view start = "HTTP/1.";
  hopeless = text.substr(0, start.size()) != start.substr(0, text.size());
  const std::size_t end = text.find("\r\n\r\n");
  if (hopeless || text.size() < 12 || end == std::string_view::npos) return std::nullopt;
  HttpAnswer answer;
  answer.status = static_cast<int>(base::number(text.substr(9, 3), 999).value_or(0));
  for (const std::string& line : base::split(text.substr(0, end), "\r\n")) {
    if (const auto value = header(line, "server")) answer.server = *value;
    if (const auto value = header(line, "date")) answer.date = *value;
  }
  hopeless = answer.status == 0;
  return hopeless ? std::nullopt : std::optional(answer);
}

// ---- other protocols -----------------------------------------------------------------------------------------------

bool refuses_certificate(std::string_view words) {
  const std::string line = base::lower(words.substr(0, words.find('\n')));
  const auto digit = [&](std::size_t at) { return at < line.size() && line[at] >= '0' && line[at] <= '9'; };
  const bool by_number =
      line.size() > 3 && (line[0] == '4' || line[0] == '5') && digit(1) && digit(2) && (line[3] == ' ' || line[3] == '-');
  const bool by_word = line.rfind("* bye ", 0) == 0 || line.rfind("-err ", 0) == 0;
  return (by_number || by_word) && line.find("certificate") != std::string::npos;
}

// ---- HTTP/2 ---------------------------------------------------------------------------------------------------------

namespace {

constexpr std::uint8_t frame_headers = 1, frame_reset = 3, frame_settings = 4, frame_goaway = 7;
constexpr std::uint8_t flag_padded = 0x8, flag_priority = 0x20;

void frame(base::Writer& out, std::uint8_t type, std::uint8_t flags, std::uint32_t stream, ByteView payload) {
  out.u24(static_cast<std::uint32_t>(payload.size()));
  out.u8(type);
  out.u8(flags);
  out.u32(stream);
  out.bytes(payload);
}

/// RFC 7541 6.2.2 with an indexed name, Huffman coding unused; lengths below 127.
void literal(base::Writer& out, std::uint8_t name_index, std::string_view value) {
  if (name_index < 15) {
    out.u8(name_index);
  } else {
    out.u8(15);
    out.u8(static_cast<std::uint8_t>(name_index - 15));
  }
  const std::string_view cut = value.substr(0, 126);
  out.u8(static_cast<std::uint8_t>(cut.size()));
  out.text(cut);
}

/// RFC 9113 6.2: the block without padding and priority; nullopt where these do not fit.
std::optional<ByteView> header_block(std::uint8_t flags, ByteView payload) {
  std::size_t padding = 0;
  if ((flags & flag_padded) != 0) {
    if (payload.empty()) return std::nullopt;
    padding = payload.front();
    payload = payload.subspan(1);
  }
  const std::size_t skip = (flags & flag_priority) != 0 ? 5 : 0;
  if (payload.size() < skip + padding) return std::nullopt;
  return payload.subspan(skip, payload.size() - skip - padding);
}

}  // namespace

Bytes http2_head(const std::string& host) {
  base::Writer block;
  literal(block, 2, "HEAD");  // :method
  block.u8(0x87);             // :scheme https
  block.u8(0x84);             // :path /
  literal(block, 1, host);    // :authority
  literal(block, 58, agent);  // user-agent
  base::Writer out;
  out.text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  frame(out, frame_settings, 0, 0, {});
  frame(out, frame_headers, 0x5, 1, block.data());  // END_STREAM, END_HEADERS
  return out.take();
}

std::optional<HttpAnswer> parse_http2(ByteView bytes, bool& hopeless) {
  base::Reader reader(bytes);
  hopeless = false;
  bool first = true;
  while (!reader.empty()) {
    std::uint32_t size = 0;
    std::uint32_t stream = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    ByteView payload;
    if (!reader.u24(size, "length") || !reader.u8(type, "type")) return std::nullopt;
    hopeless = (first && type != frame_settings) || type == frame_goaway || type == frame_reset;  // RFC 9113 3.4
    if (hopeless) return std::nullopt;
    if (!reader.u8(flags, "flags") || !reader.u32(stream, "stream") || !reader.bytes(size, payload, "payload")) return std::nullopt;
    first = false;
    if (type != frame_headers) continue;
    const std::optional<ByteView> block = header_block(flags, payload);
    HttpAnswer answer;
    if (block) {
      for (const HeaderField& field : decode_hpack(*block)) {
        if (field.name == ":status") answer.status = static_cast<int>(base::number(field.value, 999).value_or(0));
        if (field.name == "server") answer.server = base::printable(field.value, text_limit);
        if (field.name == "date") answer.date = base::printable(field.value, text_limit);
      }
    }
    hopeless = answer.status == 0;
    return hopeless ? std::nullopt : std::optional(answer);
  }
  return std::nullopt;
}

}  // namespace whytls::probe
