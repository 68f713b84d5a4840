// SPDX-License-Identifier: Apache-2.0
// PEM files taken apart into their blocks, without looking into them (RFC 7468; libcrypto decodes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace whytls::x509 {

struct PemBlock {
  std::string label;       ///< "CERTIFICATE", "PRIVATE KEY" …
  bool encrypted = false;  ///< by the header of traditional PEM (RFC 1421); the label says it of PKCS #8
  base::Bytes der;
  std::size_t line = 0;  ///< of the BEGIN line, from 1
};

struct PemFile {
  std::vector<PemBlock> blocks;
  std::vector<std::string> problems;  ///< "line 17: …" for blocks that cannot be decoded
};

/// Base64, white space anywhere in it; nothing where it is none.
std::optional<base::Bytes> decode_base64(std::string_view text);
/// At most `most` blocks; what is outside of blocks is ignored.
PemFile read_pem(std::string_view text, std::size_t most = 10000);
bool is_certificate_label(std::string_view label);
/// The whole file; Fault::input says missing, unreadable, a folder, or larger than `most` bytes.
base::Result<std::string> read_file(const std::string& path, std::size_t most = std::size_t{64} << 20U);

}  // namespace whytls::x509
