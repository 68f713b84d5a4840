// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "registry/tables.h"

namespace whytls::registry {
namespace {

struct Version {
  std::uint16_t code;
  std::string_view name;
  std::string_view title;
};

constexpr std::array<Version, 9> known{{
    {version::ssl2, "ssl2", "SSL 2.0"},
    {version::ssl3, "ssl3", "SSL 3.0"},
    {version::tls10, "tls1.0", "TLS 1.0"},
    {version::tls11, "tls1.1", "TLS 1.1"},
    {version::tls12, "tls1.2", "TLS 1.2"},
    {version::tls13, "tls1.3", "TLS 1.3"},
    {version::dtls10, "dtls1.0", "DTLS 1.0"},
    {version::dtls12, "dtls1.2", "DTLS 1.2"},
    {version::dtls13, "dtls1.3", "DTLS 1.3"},
}};

const Version* find(std::uint16_t code) {
  for (const Version& each : known)
    if (each.code == code) return &each;
  return nullptr;
}

}  // namespace

std::string version_name(std::uint16_t version) {
  const Version* const found = find(version);
  return found != nullptr ? std::string(found->name) : nameless(version);
}

std::string version_title(std::uint16_t version) {
  if (const Version* const found = find(version)) return std::string(found->title);
  // draft-ietf-tls-tls13-28 4.2.1.1: drafts are 0x7f00 and their number; the last was 28.
  if (version >> 8U == 0x7f && (version & 0xffU) <= 28) return fmt::format("TLS 1.3 draft {}", version & 0xffU);
  return nameless(version);
}

std::optional<std::uint16_t> version_code(std::string_view name) {
  for (const Version& each : known)
    if (base::equals_nocase(each.name, name)) return each.code;
  return hex_code(name);
}

}  // namespace whytls::registry
