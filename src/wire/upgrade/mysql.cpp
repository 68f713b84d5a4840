// SPDX-License-Identifier: Apache-2.0
// SSLRequest of MySQL and MariaDB: "Connection Phase" in MySQL's internals. Integers there are little-endian.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3306};
constexpr std::size_t packet_header = 4;  // three bytes of length, one of sequence
constexpr std::uint32_t client_protocol_41 = 0x00000200, client_ssl = 0x00000800, client_secure_connection = 0x00008000,
                        client_plugin_auth = 0x00080000;

void little(base::Writer& out, std::uint32_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out.u8(static_cast<std::uint8_t>(value >> (8 * i)));
}

class Mysql : public dialogue::Dialogue {
 public:
  explicit Mysql(const UpgradeOptions& /*options*/) : Dialogue("MySQL") {}

 private:
  std::size_t consume(base::ByteView in) override {
    if (in.size() < packet_header + 1) return 0;
    const std::size_t length = in[0] | std::size_t{in[1]} << 8U | std::size_t{in[2]} << 16U;
    // The first byte of a greeting is the protocol's version, 10 for all of this century; of an error, 255 (then the sequence may be 0 or
    // 1).
    const bool known = in[4] == 10 || in[4] == 9 || in[4] == 255;
    if (!known || in[3] > 1 || length < 3 || length > dialogue::max_unit - packet_header) return not_spoken(), 0;
    if (in.size() < packet_header + length) return 0;
    packet(in.subspan(packet_header, length));
    return packet_header + length;
  }

  void packet(base::ByteView body) {
    if (body[0] == 255) return error(body.subspan(1));
    const std::string_view rest = base::text(body.subspan(1));
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return not_spoken();
    hear(rest.substr(0, end));
    // After the version: thread id (4), authentication data (8), filler (1), lower capabilities (2).
    const std::size_t at = 1 + end + 1 + 4 + 8 + 1;
    if (body.size() < at + 2) return not_offered(fmt::format("the server ({}) greets in a form that is older than TLS", peer()));
    if (((body[at] | static_cast<unsigned>(body[at + 1]) << 8U) & client_ssl) == 0)
      return not_offered(fmt::format("the greeting of the server ({}) lacks the capability SSL", peer()));
    ask();
  }

  /// SSLRequest; the server answers it with TLS only.
  void ask() {
    base::Writer out;
    little(out, 32, 3);
    out.u8(1);  // sequence
    little(out, client_protocol_41 | client_ssl | client_secure_connection | client_plugin_auth, 4);
    little(out, 0x01000000, 4);  // the largest packet: 16 MiB
    out.u8(45);                  // utf8mb4_general_ci
    out.bytes(std::array<std::uint8_t, 23>{});
    say(out.data());
    upgraded();
  }

  /// Code (2), "#" and SQL state (5; not before the handshake), text.
  void error(base::ByteView body) {
    const int code = body[0] | body[1] << 8;
    std::string_view text = base::text(body.subspan(2));
    if (text.starts_with('#')) text.remove_prefix(std::min<std::size_t>(text.size(), 6));
    hear(text);
    refused(fmt::format("the server turns the client away instead of greeting: {} \"{}\"", code, peer()), code);
  }
};

}  // namespace

extern const UpgradeProtocol mysql;
const UpgradeProtocol mysql{
    .name = "mysql",
    .title = "MySQL",
    .ports = ports,
    .implicit_scheme = "",
    .begin = dialogue::begin<Mysql>,
};

}  // namespace whytls::wire
