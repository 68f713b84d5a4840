// SPDX-License-Identifier: Apache-2.0
#include "observe/fingerprint.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::observe {
namespace {

using Codes = std::vector<std::uint16_t>;

/// Lower-case hex; of a library context that reads no openssl.cnf.
std::string digest(const char* algorithm, const std::string& text) {
  static OSSL_LIB_CTX* const library = OSSL_LIB_CTX_new();
  std::uint8_t out[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  if (EVP_Q_digest(library, algorithm, nullptr, text.data(), text.size(), out, &size) != 1) return {};
  return base::hex({out, size});
}

Codes without_grease(Codes codes) {
  std::erase_if(codes, registry::is_grease);
  return codes;
}

Codes extension_types(const wire::ClientHello& hello) {
  Codes out;
  for (const wire::Extension& extension : hello.extensions) out.push_back(extension.type);
  return without_grease(std::move(out));
}

std::string decimal(const Codes& codes) { return fmt::format("{}", fmt::join(codes, "-")); }
std::string hexadecimal(const Codes& codes) { return fmt::format("{:04x}", fmt::join(codes, ",")); }

std::string point_formats(const wire::ClientHello& hello) {
  const wire::Extension* formats = wire::find_extension(hello.extensions, 11);
  if (formats == nullptr || formats->data.empty()) return {};
  const std::size_t count = std::min<std::size_t>(formats->data[0], formats->data.size() - 1);
  return fmt::format("{}", fmt::join(base::ByteView(formats->data).subspan(1, count), "-"));
}

std::string version_digits(const wire::ClientHello& hello) {
  const Codes offered = without_grease(hello.supported_versions());
  const std::uint16_t version = offered.empty() ? hello.legacy_version : *std::max_element(offered.begin(), offered.end());
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    case 0xfeff:
      return "d1";
    case 0xfefd:
      return "d2";
    case 0xfefc:
      return "d3";
    default:
      return "00";
  }
}

bool alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// First and last character of the first protocol; of its hexadecimal form where one of them is no letter or digit.
std::string alpn_ends(const wire::ClientHello& hello) {
  const std::vector<std::string> names = hello.alpn();
  if (names.empty() || names.front().empty()) return "00";
  const std::string& name = names.front();
  if (alphanumeric(name.front()) && alphanumeric(name.back())) return {name.front(), name.back()};
  const std::string hex = base::hex(base::view(name));
  return {hex.front(), hex.back()};
}

std::string short_hash(const std::string& text) { return text.empty() ? "000000000000" : digest("SHA256", text).substr(0, 12); }

Codes sorted(Codes codes) {
  std::sort(codes.begin(), codes.end());
  return codes;
}

}  // namespace

std::string ja3_text(const wire::ClientHello& hello) {
  return fmt::format("{},{},{},{},{}", hello.legacy_version, decimal(without_grease(hello.cipher_suites)), decimal(extension_types(hello)),
                     decimal(without_grease(hello.supported_groups())), point_formats(hello));
}

std::string ja3s(const wire::ServerHello& hello) {
  Codes types;
  for (const wire::Extension& extension : hello.extensions) types.push_back(extension.type);
  return digest("MD5", fmt::format("{},{},{}", hello.legacy_version, hello.cipher_suite, decimal(types)));
}

std::string ja3(const wire::ClientHello& hello) { return digest("MD5", ja3_text(hello)); }

std::string ja4(const wire::ClientHello& hello, bool quic) {
  constexpr std::uint16_t server_name = 0, alpn = 16;
  const Codes suites = without_grease(hello.cipher_suites);
  Codes extensions = extension_types(hello);
  const bool named = std::find(extensions.begin(), extensions.end(), server_name) != extensions.end();
  const std::string first =
      fmt::format("{}{}{}{:02}{:02}{}", quic ? 'q' : 't', version_digits(hello), named ? 'd' : 'i',
                  std::min<std::size_t>(suites.size(), 99), std::min<std::size_t>(extensions.size(), 99), alpn_ends(hello));
  std::erase_if(extensions, [](std::uint16_t type) { return type == server_name || type == alpn; });
  std::string last = hexadecimal(sorted(extensions));
  const Codes schemes = without_grease(hello.signature_algorithms());
  if (!schemes.empty()) last += "_" + hexadecimal(schemes);
  return fmt::format("{}_{}_{}", first, short_hash(hexadecimal(sorted(suites))), short_hash(last));
}

}  // namespace whytls::observe
