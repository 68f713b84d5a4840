// SPDX-License-Identifier: Apache-2.0
// libcrypto's own validation of one path that is already built, with every error collected and tied to its link. Signatures, times
// and trust are judged elsewhere (path.h, checks.h) and not asked for here. Inside this module only.
#pragma once

#include <string>
#include <vector>

#include "x509/judge.h"
#include "x509/path.h"

namespace whytls::x509 {

struct LibcryptoError {
  int code = 0;              ///< X509_V_ERR_…
  std::size_t position = 0;  ///< 0 is the leaf
  std::string text;          ///< libcrypto's words
};

/// `strict`: with X509_V_FLAG_X509_STRICT, as Python sets it since 3.13.
std::vector<LibcryptoError> libcrypto_errors(const std::vector<const Link*>& links, Purpose purpose, bool strict);

}  // namespace whytls::x509
