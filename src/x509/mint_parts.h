// SPDX-License-Identifier: Apache-2.0
// The pieces of mint(), inside this module only.
#pragma once

#include "x509/mint.h"
#include "x509/openssl.h"

namespace whytls::x509 {

struct Done {};
/// Writes the extensions of the recipe; fails on words that libcrypto does not understand.
base::Result<Done> add_extensions(X509* x, const Recipe& recipe, const Minted* issuer);
void set_time(ASN1_TIME* field, base::Time time);
EVP_PKEY* generate_rsa(bool pss, unsigned bits);
EVP_PKEY* generate_dsa(unsigned bits);

}  // namespace whytls::x509
