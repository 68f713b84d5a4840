// SPDX-License-Identifier: Apache-2.0
// What the user asked: a target and the client in question. Filled by the command line; read by the investigation.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "sources/probe/profiles.h"

namespace whytls::investigate {

enum class Family : std::uint8_t { any, v4, v6 };

struct Request {
  // ---- the target
  std::string host;  ///< name or numeric address, without brackets
  std::uint16_t port = 443;
  std::string scheme;                       ///< of a URL ("https", "smtp" …), or empty for a bare host
  std::string starttls;                     ///< from --starttls or the URL's scheme; empty: TLS from the start
  std::optional<std::string> connect_host;  ///< --connect HOST:PORT: where to connect instead
  std::uint16_t connect_port = 0;
  Family family = Family::any;  ///< -4, -6

  // ---- the name
  std::optional<std::string> servername;  ///< --servername: sent and checked
  bool no_servername = false;             ///< --no-servername: none is sent; the host is still checked

  // ---- the client in question
  std::string client;                              ///< --client: a profile's name, openssl, gnutls, java, pcap:FILE; empty: the default
  std::shared_ptr<const probe::Profile> captured;  ///< the client of pcap:FILE
  std::vector<std::uint16_t> versions;             ///< --min-version and --max-version as a list, highest first; empty: the client's own
  std::vector<std::uint16_t> ciphers, groups, sigalgs;  ///< in the user's order; empty: the client's own
  std::optional<std::vector<std::string>> alpn;         ///< --alpn; an empty list: none
  std::string ca_file, ca_dir;
  std::string cert_file, key_file, passphrase_file;
  std::optional<base::Time> at;

  // ---- the way and the limits
  std::string proxy, proxy_auth_file;
  std::chrono::milliseconds timeout{15000};  ///< the whole command
  std::chrono::milliseconds step{5000};      ///< each step
  bool offline = false;                      ///< nothing but the target itself is spoken to
  int max_connections = 24;
  int parallel = 4;

  bool https() const { return scheme == "https" || (scheme.empty() && starttls.empty() && (port == 443 || port == 8443)); }
};

}  // namespace whytls::investigate
