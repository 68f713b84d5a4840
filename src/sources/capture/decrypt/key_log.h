// SPDX-License-Identifier: Apache-2.0
// Secrets of connections in the NSS key log format (SSLKEYLOGFILE), from a file or from inside a pcapng: what lets a watcher read what
// is protected. It refuses to know ciphers. Secrets leave it only as views for decryption; nothing here prints them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"

namespace whytls::sources::capture {

/// draft-ietf-tls-keylogfile: what a line is about.
enum class Secret : std::uint8_t {
  master,  ///< CLIENT_RANDOM: the master secret up to TLS 1.2
  client_early,
  client_handshake,
  server_handshake,
  client_application,
  server_application,
};

class KeyLog {
 public:
  /// A key log longer than this is not read on; `full()` says so.
  static constexpr std::size_t most = 1'000'000;

  /// Whole lines. Damaged lines are counted and passed over; the first secret for a connection and purpose stays.
  void add(std::string_view lines);
  base::Result<void> load(const std::string& path);

  /// Empty where there is none. The view holds until the next `add`.
  base::ByteView find(Secret what, base::ByteView client_random) const;

  bool empty() const { return secrets_.empty(); }
  std::size_t size() const { return secrets_.size(); }
  std::size_t bad_lines() const { return bad_lines_; }
  bool full() const { return secrets_.size() >= most; }

 private:
  static constexpr std::size_t random_size = 32, largest_secret = 48;
  struct Key {
    std::array<std::uint8_t, random_size> client_random{};
    Secret what{};
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Value {
    std::array<std::uint8_t, largest_secret> bytes{};
    std::uint8_t size = 0;
  };

  void add_line(std::string_view line);

  std::unordered_map<Key, Value, Hash> secrets_;
  std::size_t bad_lines_ = 0;
};

}  // namespace whytls::sources::capture
