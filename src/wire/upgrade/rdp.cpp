// SPDX-License-Identifier: Apache-2.0
// The negotiation of RDP: MS-RDPBCGR 2.2.1.1, 2.2.1.2, within X.224 connection request and confirm in a TPKT (RFC 1006 6).
#include <fmt/format.h>

#include <array>

#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3389};

/// MS-RDPBCGR 2.2.1.2.2.
std::string_view failure_text(std::uint32_t code) {
  switch (code) {
    case 1:
      return "SSL_REQUIRED_BY_SERVER";
    case 2:
      return "SSL_NOT_ALLOWED_BY_SERVER";
    case 3:
      return "SSL_CERT_NOT_ON_SERVER";
    case 4:
      return "INCONSISTENT_FLAGS";
    case 5:
      return "HYBRID_REQUIRED_BY_SERVER";
    case 6:
      return "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER";
    default:
      return "an unknown failure";
  }
}

class Rdp : public dialogue::Dialogue {
 public:
  explicit Rdp(const UpgradeOptions& /*options*/) : Dialogue("RDP") {}

 private:
  void open() override {
    constexpr std::uint8_t protocol_ssl = 1, protocol_hybrid = 2;
    say(std::array<std::uint8_t, 19>{3, 0, 0, 19,                                               // TPKT: version 3, length
                                     14, 0xe0, 0, 0, 0, 0, 0,                                   // X.224 connection request
                                     0x01, 0, 8, 0, protocol_ssl | protocol_hybrid, 0, 0, 0});  // RDP_NEG_REQ
  }

  std::size_t consume(base::ByteView in) override {
    if (in[0] != 3 || (in.size() > 1 && in[1] != 0)) return not_spoken(), 0;
    if (in.size() < 4) return 0;
    const std::size_t length = static_cast<std::size_t>(in[2]) << 8U | in[3];
    if (length < 11 || length > 512) return not_spoken(), 0;
    if (in.size() < length) return 0;
    constexpr std::uint8_t connection_confirm = 0xd0;
    if ((in[5] & 0xf0U) != connection_confirm) return not_spoken(), 0;
    confirmed(in.subspan(11, length - 11));
    return length;
  }

  /// Type (1), flags (1), length (2, little-endian), value (4, little-endian).
  void confirmed(base::ByteView negotiation) {
    if (negotiation.size() < 8) return not_offered("the server knows no negotiation: it speaks RDP's own security only");
    const std::uint32_t value =
        negotiation[4] | std::uint32_t{negotiation[5]} << 8U | std::uint32_t{negotiation[6]} << 16U | std::uint32_t{negotiation[7]} << 24U;
    if (negotiation[0] == 3) {
      hear(failure_text(value));
      return refused(fmt::format("the server refuses TLS: {} ({})", failure_text(value), value), static_cast<int>(value & 0xffffU));
    }
    if (negotiation[0] != 2) return failed("the server's answer to the RDP negotiation makes no sense");
    if (value == 0) return not_offered("the server chooses RDP's own security and not TLS");
    upgraded();
  }
};

}  // namespace

extern const UpgradeProtocol rdp;
const UpgradeProtocol rdp{
    .name = "rdp",
    .title = "RDP",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = false,
    .begin = dialogue::begin<Rdp>,
};

}  // namespace whytls::wire
