// SPDX-License-Identifier: Apache-2.0
#include "x509/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "x509/container_parts.h"
#include "x509/openssl.h"
#include "x509/outline.h"
#include "x509/pem.h"

namespace whytls::x509 {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20U;
constexpr std::uint8_t sequence_tag = 0x30;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The bytes that base64 text stands for; nothing where anything else stands in it, or too little to be a file of ours.
std::optional<base::Bytes> whole_base64(std::string_view text) {
  constexpr std::size_t least = 64;
  std::string packed;
  for (const char c : text) {
    const bool digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
    if (!digit && !is_blank(c)) return std::nullopt;
    if (digit) packed += c;
  }
  if (packed.size() < least || packed.size() % 4 != 0) return std::nullopt;
  return decode_base64(packed);
}

bool has_bom(std::string_view text, bool little) { return text.starts_with(little ? "\xff\xfe" : "\xfe\xff"); }

/// PowerShell's ">" writes UTF-16: what is ASCII in it becomes ASCII, the rest a question mark.
std::optional<std::string> from_utf16(std::string_view text) {
  const bool little = has_bom(text, true);
  if (!little && !has_bom(text, false)) return std::nullopt;
  std::string out;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    const char low = text[little ? i : i + 1];
    const char high = text[little ? i + 1 : i];
    out += high == 0 ? low : '?';
  }
  return out;
}

/// One DER structure after the other; what stands behind the last is a flaw.
void read_der(base::ByteView bytes, const std::optional<std::string>& passphrase, Contents& out) {
  base::Reader in(bytes);
  while (!in.empty() && out.parts.size() < most_parts) {
    const std::size_t at = in.offset();
    const auto element = next_element(in);
    auto part = element ? der_part(element->whole, passphrase) : std::nullopt;
    if (!part) {
      if (!out.parts.empty()) out.flaws.push_back({0, fmt::format("{} bytes behind the last structure are left over", bytes.size() - at)});
      return;
    }
    out.format = Format::der;
    out.parts.push_back(std::move(*part));
  }
}

void read_binary(base::ByteView bytes, const std::optional<std::string>& passphrase, Contents& out) {
  if (bytes.front() != sequence_tag) return;
  if (read_pkcs12(bytes, passphrase, out) || read_pkcs7(bytes, out)) return;
  read_der(bytes, passphrase, out);
}

bool looks_like_pem(std::string_view text) { return text.find("-----BEGIN ") != std::string_view::npos; }

void read_any(base::ByteView bytes, const std::optional<std::string>& passphrase, Contents& out) {
  std::string_view text = base::text(bytes);
  if (const auto narrow = from_utf16(text); narrow && looks_like_pem(*narrow)) {
    read_pem_parts(*narrow, passphrase, out);
    out.flaws.push_back({0, "the file is written in UTF-16: servers find nothing in it", Flaw::Weight::broken});
    return;
  }
  // A keystore may hold anything, the marks of PEM among it.
  if (read_java_keystore(bytes, passphrase, out)) return;
  if (bytes.front() != sequence_tag && looks_like_pem(text)) return read_pem_parts(text, passphrase, out);
  read_binary(bytes, passphrase, out);
  // A binary start may be an accident: a note that begins with a zero, say.
  if (out.format == Format::unknown && looks_like_pem(text)) read_pem_parts(text, passphrase, out);
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return number == 1 ? std::string(one) : fmt::format("{} {}", number, many);
}

}  // namespace

std::string_view format_name(Format format) {
  constexpr std::array<std::string_view, 8> names{
      "unknown", "empty", "PEM", "DER", "PKCS #7", "PKCS #12", "Java keystore (JKS)", "Java keystore (JCEKS)"};
  return names[static_cast<std::size_t>(format)];
}

std::vector<std::optional<std::string>> passwords(const std::optional<std::string>& given) {
  if (given) return {given};
  return {std::string(), std::nullopt, std::string("changeit")};
}

std::string password_words(const std::optional<std::string>& password) {
  return !password || password->empty() ? "empty" : *password == "changeit" ? "changeit" : "";
}

Contents open_container(base::ByteView bytes, const std::optional<std::string>& passphrase) {
  const QuietErrors quiet;
  Contents out;
  if (bytes.size() > most_bytes) {
    out.flaws.push_back({0, "only the first 64 MiB are looked at"});
    bytes = bytes.first(most_bytes);
  }
  const std::string_view text = base::text(bytes);
  if (std::all_of(text.begin(), text.end(), is_blank)) {
    out.format = Format::empty;
    return out;
  }
  read_any(bytes, passphrase, out);
  if (out.format != Format::unknown) return out;
  if (const auto inner = whole_base64(text); inner && !inner->empty()) {
    read_any(*inner, passphrase, out);
    out.base64 = out.format != Format::unknown;
    if (out.base64)
      out.flaws.push_back({0, "the whole file stands in base64: servers find nothing in it before it is decoded", Flaw::Weight::embedded});
  }
  return out;
}

std::size_t count(const Contents& contents, Part::Kind kind) {
  return static_cast<std::size_t>(
      std::count_if(contents.parts.begin(), contents.parts.end(), [&](const Part& part) { return part.kind == kind; }));
}

std::string summary(const Contents& contents) {
  using Kind = Part::Kind;
  std::vector<std::string> pieces;
  if (const std::size_t number = count(contents, Kind::certificate); number > 0)
    pieces.push_back(counted(number, "a certificate", "certificates"));
  std::size_t shown = 0;
  for (const Part& part : contents.parts) {
    if (part.kind == Kind::certificate || ++shown > 4) continue;
    if (part.kind == Kind::key) pieces.push_back("a private key" + (part.about ? " (" + part.about->name + ")" : std::string()));
    if (part.kind == Kind::locked_key) pieces.push_back("an encrypted private key" + (part.text.empty() ? "" : " (" + part.text + ")"));
    if (part.kind != Kind::key && part.kind != Kind::locked_key) pieces.push_back(part.text);
  }
  if (shown > 4) pieces.push_back(fmt::format("{} more", shown - 4));
  if (contents.locked) pieces.emplace_back("something that no password at hand opens");
  return pieces.empty() ? "nothing that is known here" : base::join(pieces, ", ");
}

}  // namespace whytls::x509
