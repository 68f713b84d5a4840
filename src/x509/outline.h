// SPDX-License-Identifier: Apache-2.0
// The outline of a certificate, read without decoding it: who, by whom, from when, until when. For looking through thousands of them;
// what counts is examined by certificate.h afterwards. Views into the input, which must outlive them.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/time.h"

namespace whytls::x509 {

/// One element of DER (X.690 8.1): its tag byte, what is in it, and all of it.
struct DerElement {
  std::uint8_t tag = 0;
  base::ByteView content, whole;
};
/// The next element; nothing where no whole one stands there. Lengths of more than four bytes and long tags are refused.
std::optional<DerElement> next_element(base::Reader& in);

struct Outline {
  base::ByteView serial;           ///< as encoded, without tag and length
  base::ByteView issuer, subject;  ///< the names as encoded
  std::optional<base::Time> not_before, not_after;
};
/// Nothing where the bytes are not laid out as a certificate is (RFC 5280 4.1). Times that are no times are left out.
std::optional<Outline> outline(base::ByteView der);
/// UTCTime or GeneralizedTime in the forms that RFC 5280 4.1.2.5 allows: to the second, in UTC.
std::optional<base::Time> asn1_time(const DerElement& element);

}  // namespace whytls::x509
