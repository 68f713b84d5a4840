// SPDX-License-Identifier: Apache-2.0
// STARTTLS and proxy dialogues as pure state machines: bytes in, bytes out, no socket and no clock. One file a protocol in upgrade/,
// found through a generated index; `net` speaks them, a capture reader recognises them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace whytls::wire {

enum class UpgradeState : std::uint8_t {
  talking,      ///< send `send`, then feed what comes
  upgraded,     ///< TLS may begin
  not_offered,  ///< the peer speaks the protocol and does not offer TLS
  refused,      ///< it was asked for and refused
  failed,       ///< the peer does not speak the protocol
};

/// Where a dialogue stands. All texts from the peer are printable already.
struct UpgradeStep {
  UpgradeState state = UpgradeState::talking;
  base::Bytes send;    ///< what to write now; may be empty
  std::string peer;    ///< the peer's last line that matters, printable
  std::string detail;  ///< one sentence for people when it ended badly
  int status = 0;      ///< reply code, where the protocol has one
};

struct UpgradeOptions {
  std::string host;  ///< the name that the user asked for (EHLO answers, XMPP "to", LDAP …)
  std::uint16_t port = 0;
  std::string user, password;  ///< proxies only
};

class Upgrade {
 public:
  virtual ~Upgrade() = default;
  /// What the client says first, if it speaks first.
  virtual UpgradeStep start() = 0;
  /// Consumes bytes from the peer. Bounded: after 64 KiB without an end it fails. Bytes behind the upgrade's own answer
  /// (a command injection, or TLS that came early) are kept in `left_over`.
  virtual UpgradeStep feed(base::ByteView bytes) = 0;
  base::Bytes left_over;
};

struct UpgradeProtocol {
  std::string_view name;                 ///< as in --starttls: "smtp", "postgres" …; proxies: "http-connect", "socks5"
  std::string_view title;                ///< "SMTP", "PostgreSQL" …
  std::span<const std::uint16_t> ports;  ///< where it is usual
  std::string_view implicit_scheme;      ///< the scheme of TLS from the start: "smtps"; empty when there is none
  bool server_speaks_first = true;
  bool proxy = false;
  std::unique_ptr<Upgrade> (*begin)(const UpgradeOptions& options);
};

/// All of them, generated.
extern const std::span<const UpgradeProtocol* const> upgrade_protocols;
const UpgradeProtocol* upgrade_protocol(std::string_view name);
/// The protocol that is usual on a port, or nullptr.
const UpgradeProtocol* upgrade_for_port(std::uint16_t port);

}  // namespace whytls::wire
