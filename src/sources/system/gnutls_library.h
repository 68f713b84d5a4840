// SPDX-License-Identifier: Apache-2.0
// libgnutls.so.30 by its public interface (gnutls/gnutls.h), loaded when first asked for: the program does not depend on it.
// Inside this module only.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "sources/system/policy.h"

namespace whytls::system {

/// Its functions; the values of its enums are part of its ABI.
struct GnutlsLibrary {
  using Session = void*;
  using Credentials = void*;
  using Push = ssize_t (*)(void*, const void*, std::size_t);
  using Pull = ssize_t (*)(void*, void*, std::size_t);

  const char* (*check_version)(const char*) = nullptr;
  const char* (*system_config_file)() = nullptr;
  int (*init)(Session*, unsigned) = nullptr;
  void (*deinit)(Session) = nullptr;
  int (*set_default_priority)(Session) = nullptr;
  int (*allocate_credentials)(Credentials*) = nullptr;
  void (*free_credentials)(Credentials) = nullptr;
  int (*credentials_set)(Session, int, Credentials) = nullptr;
  void (*set_push)(Session, Push) = nullptr;
  void (*set_pull)(Session, Pull) = nullptr;
  void (*set_pointer)(Session, void*) = nullptr;
  void (*set_errno)(Session, int) = nullptr;
  int (*handshake)(Session) = nullptr;
  unsigned (*bits)(int algorithm, int parameter) = nullptr;
  const char* (*suite_info)(std::size_t, unsigned char*, int*, int*, int*, int*) = nullptr;
  const int* (*groups)() = nullptr;
  const char* (*group_name)(int) = nullptr;
  const int* (*signatures)() = nullptr;
  const char* (*signature_name)(int) = nullptr;

  /// nullptr where this machine has none. It is never unloaded.
  static const GnutlsLibrary* load();
  /// What a client with its default priority sends; empty lists where it offers nothing.
  OfferLists offered() const;
  /// All that it implements, whatever the configuration.
  OfferLists implemented() const;
};

/// "GROUP-SECP256R1" or "SECP256R1"; "SIGN-RSA-PSS-RSAE-SHA256", "ECDSA-SECP256R1-SHA256"; "VERS-TLS1.2" or "tls1.2".
std::optional<std::uint16_t> gnutls_group(std::string_view name);
std::optional<std::uint16_t> gnutls_signature(std::string_view name);
std::optional<std::uint16_t> gnutls_version(std::string_view name);

}  // namespace whytls::system
