// SPDX-License-Identifier: Apache-2.0
// SOCKS 5: RFC 1928; user and password: RFC 1929.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1080};
enum Method : std::uint8_t { no_authentication = 0, user_password = 2, none_acceptable = 0xff };

/// RFC 1928 6.
std::string_view reply_text(std::uint8_t code) {
  switch (code) {
    case 1:
      return "general SOCKS server failure";
    case 2:
      return "connection not allowed by ruleset";
    case 3:
      return "network unreachable";
    case 4:
      return "host unreachable";
    case 5:
      return "connection refused";
    case 6:
      return "TTL expired";
    case 7:
      return "command not supported";
    case 8:
      return "address type not supported";
    default:
      return "unassigned reply";
  }
}

class Socks5 : public dialogue::Dialogue {
 public:
  explicit Socks5(const UpgradeOptions& options) : Dialogue("SOCKS5"), options_(options) {}

 private:
  enum class Stage { method, authentication, connect };

  void open() override {
    if (!dialogue::plain_host(options_.host)) return failed("the host name cannot stand in a SOCKS request");
    if (options_.user.size() > 255 || options_.password.size() > 255)
      return failed("SOCKS takes user names and passwords of at most 255 bytes");
    if (options_.user.empty())
      say(std::array<std::uint8_t, 3>{5, 1, no_authentication});
    else
      say(std::array<std::uint8_t, 4>{5, 2, no_authentication, user_password});
  }

  std::size_t consume(base::ByteView in) override {
    if (in[0] != (stage_ == Stage::authentication ? 1 : 5)) return not_spoken(), 0;
    if (in.size() < 2) return 0;
    switch (stage_) {
      case Stage::method:
        return method(in[1]), 2;
      case Stage::authentication:
        return authenticated(in[1]), 2;
      case Stage::connect:
        return connected(in);
    }
    return 0;
  }

  void method(std::uint8_t chosen) {
    if (chosen == no_authentication) return request();
    if (chosen == user_password && !options_.user.empty()) return authenticate();
    if (chosen == none_acceptable && options_.user.empty())
      return refused("the proxy does not serve without authentication", none_acceptable);
    if (chosen == none_acceptable) return refused("the proxy takes neither no authentication nor user and password", none_acceptable);
    failed(fmt::format("the proxy chooses authentication method {}, which was not offered", chosen));
  }

  void authenticate() {
    base::Writer out;
    out.u8(1);
    out.prefixed8([&] { out.text(options_.user); });
    out.prefixed8([&] { out.text(options_.password); });
    say(out.data());
    stage_ = Stage::authentication;
  }

  void authenticated(std::uint8_t status) {
    if (status == 0) return request();
    refused(fmt::format("the proxy does not accept user and password (status {})", status), status);
  }

  void request() {
    base::Writer out;
    out.bytes(std::array<std::uint8_t, 3>{5, 1, 0});  // CONNECT
    std::array<std::uint8_t, 16> address{};
    if (inet_pton(AF_INET, options_.host.c_str(), address.data()) == 1) {
      out.u8(1);
      out.bytes(base::ByteView(address).first(4));
    } else if (inet_pton(AF_INET6, options_.host.c_str(), address.data()) == 1) {
      out.u8(4);
      out.bytes(address);
    } else {
      out.u8(3);
      out.prefixed8([&] { out.text(options_.host); });
    }
    out.u16(options_.port);
    say(out.data());
    stage_ = Stage::connect;
  }

  /// Version, reply, reserved, address type, bound address, port: RFC 1928 6.
  std::size_t connected(base::ByteView in) {
    const std::uint8_t code = in[1];
    if (code != 0) {
      hear(reply_text(code));
      refused(fmt::format("the proxy answers: {} ({})", reply_text(code), code), code);
      return 2;
    }
    if (in.size() < 5) return 0;
    const std::size_t address = in[3] == 1 ? 4 : in[3] == 4 ? 16 : in[3] == 3 ? std::size_t{1} + in[4] : 0;
    if (address == 0) return not_spoken(), 0;
    const std::size_t size = 4 + address + 2;
    if (in.size() < size) return 0;
    upgraded();
    return size;
  }

  UpgradeOptions options_;
  Stage stage_ = Stage::method;
};

}  // namespace

extern const UpgradeProtocol socks5;
const UpgradeProtocol socks5{
    .name = "socks5",
    .title = "SOCKS5 proxy",
    .ports = ports,
    .implicit_scheme = "",
    .server_speaks_first = false,
    .proxy = true,
    .begin = dialogue::begin<Socks5>,
};

}  // namespace whytls::wire
