// SPDX-License-Identifier: Apache-2.0
// The readers behind examine(), inside this module only: each fills the part of a Certificate that its name says.
#pragma once

#include <string>

#include "base/time.h"
#include "x509/certificate.h"
#include "x509/openssl.h"

namespace whytls::x509 {

std::string name_text(const X509_NAME* name);
/// The last attribute of that kind in the name, printable; or empty.
std::string name_entry(const X509_NAME* name, int nid);
/// A short name that users know, or the dotted OID.
std::string object_text(const ASN1_OBJECT* object);
/// Nothing where the string is no time or lies outside the years 0 to 9999.
std::optional<base::Time> to_time(const ASN1_TIME* time);
/// Names a certificate that libcrypto cannot parse as far as its outer structure goes.
void read_outline(Certificate& certificate);
void read_extensions(X509* x, Certificate& certificate);
/// Null where libcrypto cannot decode the key.
PublicKey describe_key(EVP_PKEY* key);
PublicKey read_key(X509* x);

}  // namespace whytls::x509
