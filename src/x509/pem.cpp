// SPDX-License-Identifier: Apache-2.0
#include "x509/pem.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "base/text.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";

std::string sentence(int error) { return std::generic_category().message(error); }

/// Splits "Proc-Type: 4,ENCRYPTED\n…\n\n" off a block's body.
std::string_view headers_of(std::string_view& body) {
  const std::size_t colon = body.find(':');
  if (colon == std::string_view::npos) return {};
  std::size_t gap = body.find("\n\n");
  std::size_t width = 2;
  if (const std::size_t wide = body.find("\r\n\r\n"); wide < gap) gap = wide, width = 4;
  if (gap == std::string_view::npos || colon > gap) return {};
  const std::string_view headers = body.substr(0, gap);
  body.remove_prefix(gap + width);
  return headers;
}

bool at_line_start(std::string_view text, std::size_t at) { return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r'; }

std::size_t find_mark(std::string_view text, std::string_view mark, std::size_t from) {
  std::size_t at = text.find(mark, from);
  while (at != std::string_view::npos && !at_line_start(text, at)) at = text.find(mark, at + 1);
  return at;
}

}  // namespace

std::optional<base::Bytes> decode_base64(std::string_view body) {
  std::string packed;
  packed.reserve(body.size());
  for (const char c : body) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') packed += c;
  }
  if (packed.empty() || packed.size() % 4 != 0) return std::nullopt;
  base::Bytes out(packed.size() / 4 * 3);
  const base::ByteView in = base::view(packed);
  const int size = EVP_DecodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = packed.ends_with("==") ? 2 : packed.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

bool is_certificate_label(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

PemFile read_pem(std::string_view text, std::size_t most) {
  const QuietErrors quiet;
  PemFile out;
  std::size_t line = 1;
  std::size_t counted = 0;
  for (std::size_t at = find_mark(text, begin_mark, 0);
       at != std::string_view::npos && out.blocks.size() < most && out.problems.size() < 100;) {
    line += static_cast<std::size_t>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(counted), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted = at;
    const auto complain = [&](std::string_view what) { out.problems.push_back(fmt::format("line {}: {}", line, what)); };
    const std::size_t label_at = at + begin_mark.size();
    const std::size_t label_end = text.find(dashes, label_at);
    const std::size_t body_at = text.find('\n', label_at);
    const std::size_t next = find_mark(text, begin_mark, label_at);
    const std::size_t end = find_mark(text, end_mark, label_at);
    at = next;
    if (label_end == std::string_view::npos || body_at == std::string_view::npos || label_end > body_at) {
      complain("a BEGIN line without its end");
    } else if (end == std::string_view::npos || end > next || end < body_at) {
      complain("a block without its END line");
    } else {
      PemBlock block;
      block.label = base::printable(text.substr(label_at, label_end - label_at), 64);
      block.line = line;
      std::string_view body = text.substr(body_at + 1, end - body_at - 1);
      block.encrypted = headers_of(body).find("ENCRYPTED") != std::string_view::npos;
      if (auto der = decode_base64(body)) {
        block.der = std::move(*der);
        out.blocks.push_back(std::move(block));
      } else {
        complain("the block is not base64");
      }
    }
  }
  return out;
}

base::Result<std::string> read_file(const std::string& path, std::size_t most) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) {
    const int error = errno;
    const bool missing = error == ENOENT || error == ENOTDIR;
    return base::fail(base::Fault::input, missing ? "the file is missing" : "the file cannot be read: " + sentence(error), path, error);
  }
  struct stat info {};
  std::string text;
  int error = fstat(file, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
  std::array<char, 65536> piece{};
  while (error == 0 && text.size() <= most) {
    const ssize_t count = read(file, piece.data(), piece.size());
    if (count == 0) break;
    if (count < 0) error = errno;
    if (count > 0) text.append(piece.data(), static_cast<std::size_t>(count));
    if (error == EINTR) error = 0;
  }
  close(file);
  if (error != 0) return base::fail(base::Fault::input, "the file cannot be read: " + sentence(error), path, error);
  if (text.size() > most) return base::fail(base::Fault::limit, fmt::format("the file is larger than {} bytes", most), path);
  return text;
}

}  // namespace whytls::x509
