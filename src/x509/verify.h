// SPDX-License-Identifier: Apache-2.0
// libcrypto's own validation of one path that is already built, with every error collected and tied to its link. Signatures, times
// and trust are judged elsewhere (path.h, checks.h) and not asked for there. And the verdict of a client on OpenSSL as a whole.
// Inside this module only.
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

/// How a client on OpenSSL sets it up.
struct OpensslSetup {
  bool strict = false;          ///< X509_V_FLAG_X509_STRICT
  bool partial_chain = false;   ///< an anchor need not be a root
  bool trusted_first = true;    ///< false: what was served comes first, as before OpenSSL 1.1.0
  bool part_wildcards = false;  ///< a wildcard may be a part of a label, which is OpenSSL's default
  int level = 2;                ///< security level
};
/// The whole of X509_verify_cert, its own building of paths included. `served`: the leaf first; `anchors`: its trust store.
std::vector<LibcryptoError> openssl_verdict(const std::vector<Certificate>& served, const std::vector<Certificate>& anchors,
                                            const JudgeOptions& options, OpensslSetup setup);

}  // namespace whytls::x509
