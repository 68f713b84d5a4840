// SPDX-License-Identifier: Apache-2.0
// SSLRequest of PostgreSQL: "Message Flow", "SSL Session Encryption" in its frontend/backend protocol.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 3> ports{5432, 5433, 6432};

/// "SFATAL\0C53300\0Msorry, too many clients already\0\0" -> "FATAL 53300 sorry, …"
std::string error_text(base::ByteView fields) {
  std::string out;
  for (std::string_view rest = base::text(fields); rest.size() > 1 && rest[0] != 0;) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    if (rest[0] == 'S' || rest[0] == 'C' || rest[0] == 'M') out += fmt::format("{}{}", out.empty() ? "" : " ", rest.substr(1, end - 1));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

class Postgres : public dialogue::Dialogue {
 public:
  explicit Postgres(const UpgradeOptions& /*options*/) : Dialogue("PostgreSQL") {}

 private:
  void open() override { say(std::array<std::uint8_t, 8>{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); }  // length 8, code 80877103

  std::size_t consume(base::ByteView in) override {
    switch (in[0]) {
      case 'S':
        return upgraded(), 1;
      case 'N':
        return hear("N"), not_offered("the server answers the request for TLS with \"N\": it is switched off there"), 1;
      case 'E':
        return error(in);
      default:
        return not_spoken(), 0;
    }
  }

  /// ErrorResponse; servers before 7.4 wrote a bare C string after the 'E'.
  std::size_t error(base::ByteView in) {
    base::Reader reader(in.subspan(1));
    std::uint32_t length = 0;
    if (!reader.u32(length, "length")) return 0;
    const bool plain = length < 4 || length > dialogue::max_unit - 1;
    const std::string_view all = base::text(in.subspan(1));
    const std::size_t size = plain ? all.find('\0') : length;
    if (size == std::string_view::npos || in.size() < 1 + size) return 0;
    hear(plain ? std::string(all.substr(0, size)) : error_text(in.subspan(5, size - 4)));
    refused(fmt::format("the server answers the request for TLS with an error: \"{}\"", peer()));
    return 1 + size;
  }
};

}  // namespace

extern const UpgradeProtocol postgres;
const UpgradeProtocol postgres{
    .name = "postgres",
    .title = "PostgreSQL",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = false,
    .begin = dialogue::begin<Postgres>,
};

}  // namespace whytls::wire
