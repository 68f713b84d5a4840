// SPDX-License-Identifier: Apache-2.0
#include "x509/crl.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "x509/facts.h"
#include "x509/openssl.h"
#include "x509/pem.h"

namespace whytls::x509 {
namespace {

constexpr std::size_t largest = std::size_t{64} << 20U;
using OwnCrl = Own<X509_CRL, X509_CRL_free>;
using OwnPoint = Own<ISSUING_DIST_POINT, ISSUING_DIST_POINT_free>;

bool is_critical(X509_CRL* crl, int nid) {
  const int at = X509_CRL_get_ext_by_NID(crl, nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, at)) != 0;
}

std::string number_of(X509_CRL* crl, int nid) {
  using OwnInteger = Own<ASN1_INTEGER, ASN1_INTEGER_free>;
  const OwnInteger number(static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, nid, nullptr, nullptr)));
  const base::ByteView bytes = octets(number.get());
  if (number == nullptr) return {};
  return bytes.empty() ? "00" : base::hex(bytes.first(std::min<std::size_t>(bytes.size(), 32)));
}

/// RFC 5280 5.2: what a conforming list holds, and which of it MUST NOT be critical.
void read_departures(X509_CRL* crl, Crl& out) {
  const auto lacks = [&](int nid) { return X509_CRL_get_ext_by_NID(crl, nid, -1) < 0; };
  if (X509_CRL_get_version(crl) != 1) out.departures.emplace_back("it is not of version 2 (RFC 5280 5.1.2.1)");
  if (lacks(NID_crl_number)) out.departures.emplace_back("it has no number (RFC 5280 5.2.3)");
  if (is_critical(crl, NID_crl_number)) out.departures.emplace_back("its number is critical (RFC 5280 5.2.3)");
  if (lacks(NID_authority_key_identifier)) out.departures.emplace_back("no key identifier of the issuer (RFC 5280 5.2.1)");
  if (is_critical(crl, NID_authority_key_identifier)) out.departures.emplace_back("its key identifier is critical (RFC 5280 5.2.1)");
  if (!out.next_update) out.departures.emplace_back("it says not when the next one comes (RFC 5280 5.1.2.5)");
}

/// RFC 5280 5.2: a list with a critical extension that is not understood is of no use.
void read_extensions(X509_CRL* crl, Crl& out) {
  constexpr std::array known{NID_crl_number,      NID_delta_crl,   NID_issuing_distribution_point, NID_authority_key_identifier,
                             NID_issuer_alt_name, NID_freshest_crl};
  for (int i = 0; i < X509_CRL_get_ext_count(crl) && i < 1000; ++i) {
    X509_EXTENSION* one = X509_CRL_get_ext(crl, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(one));
    const bool understood = std::find(known.begin(), known.end(), nid) != known.end();
    if (X509_EXTENSION_get_critical(one) != 0 && !understood && out.malformed.empty())
      out.malformed = "its critical extension " + object_text(X509_EXTENSION_get_object(one)) + " is not understood";
  }
  out.number = number_of(crl, NID_crl_number);
  out.delta_of = number_of(crl, NID_delta_crl);
  const OwnPoint point(static_cast<ISSUING_DIST_POINT*>(X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, nullptr, nullptr)));
  out.indirect = point != nullptr && point->indirectCRL > 0;
}

/// Why the list does not cover the certificate, by its issuing distribution point (RFC 5280 6.3.3 (b) (2)).
std::string out_of_scope(X509_CRL* crl, const Certificate& certificate) {
  if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) < 0) return {};
  const OwnPoint point(static_cast<ISSUING_DIST_POINT*>(X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, nullptr, nullptr)));
  if (point == nullptr) return "its issuing distribution point cannot be decoded";
  if (point->onlyuser > 0 && certificate.is_ca) return "it is about leaves only";
  if (point->onlyCA > 0 && !certificate.is_ca) return "it is about authorities only";
  if (point->onlyattr > 0) return "it is about attribute certificates only";
  if (point->onlysomereasons != nullptr) return "it covers some reasons only";
  if (point->distpoint == nullptr || point->distpoint->type != 0 || certificate.crl_urls.empty()) return {};
  for (int i = 0; i < sk_GENERAL_NAME_num(point->distpoint->name.fullname); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(point->distpoint->name.fullname, i), &type);
    const std::string uri = type == GEN_URI ? base::printable(octets(static_cast<const ASN1_STRING*>(value)), 2048) : std::string{};
    if (std::find(certificate.crl_urls.begin(), certificate.crl_urls.end(), uri) != certificate.crl_urls.end()) return {};
  }
  return "it is of another distribution point than the certificate names";
}

void refuse(CrlAnswer& out, std::string reason) {
  if (out.unusable.empty()) out.unusable = std::move(reason);
}

/// RFC 5280 6.3.3 (f), (g): the key is the issuer's, and may sign lists.
bool is_signed(X509_CRL* crl, const Certificate& issuer, CrlAnswer& out) {
  if (issuer.key_usage && !issuer.key_usage->crl_sign) refuse(out, "its signer's keyUsage lacks cRLSign");
  EVP_PKEY* key = issuer.handle == nullptr ? nullptr : X509_get0_pubkey(issuer.handle.get());
  if (key != nullptr && X509_CRL_verify(crl, key) == 1) return true;
  refuse(out, "its signature does not verify under the key of " + display_name(issuer));
  return false;
}

void read_entry(X509_REVOKED* entry, CrlAnswer& out) {
  using OwnReason = Own<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;
  const OwnReason reason(static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  out.status = Revocation::revoked;
  out.revoked_at = to_time(X509_REVOKED_get0_revocationDate(entry));
  if (reason != nullptr) out.reason = reason_text(static_cast<int>(ASN1_ENUMERATED_get(reason.get())));
}

void check_times(const Crl& crl, base::Time at, CrlAnswer& out) {
  if (!crl.this_update) return refuse(out, "it has no time");
  if (*crl.this_update > at) refuse(out, "it is from the future (thisUpdate " + base::rfc3339(*crl.this_update) + ")");
  if (crl.next_update && *crl.next_update < at) refuse(out, "it is out of date since " + base::rfc3339(*crl.next_update));
}

}  // namespace

std::string reason_text(int reason) {
  constexpr std::array<const char*, 11> names{"unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
                                              "superseded",    "cessationOfOperation", "certificateHold", "",
                                              "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  return reason >= 0 && static_cast<std::size_t>(reason) < names.size() ? names[static_cast<std::size_t>(reason)] : std::string{};
}

base::Bytes crl_der(base::ByteView file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());  // NOLINT: bytes as characters
  for (PemBlock& block : read_pem(text, 100).blocks) {
    if (block.label == "X509 CRL") return std::move(block.der);
  }
  return {file.begin(), file.end()};
}

Crl examine_crl(base::ByteView der) {
  const QuietErrors quiet;
  Crl out;
  if (der.empty() || der.size() > largest) return out.malformed = der.empty() ? "it is empty" : "it is larger than 64 MiB", out;
  const unsigned char* at = der.data();
  OwnCrl crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  if (crl == nullptr) return out.malformed = "it is no revocation list: " + newest_reason(), out;
  if (at != der.data() + der.size()) out.malformed = "bytes are left over behind it";
  out.handle = std::shared_ptr<X509_CRL>(crl.release(), X509_CRL_free);
  out.issuer = name_text(X509_CRL_get_issuer(out.handle.get()));
  out.issuer_der = encode(i2d_X509_NAME, static_cast<const X509_NAME*>(X509_CRL_get_issuer(out.handle.get())));
  out.this_update = to_time(X509_CRL_get0_lastUpdate(out.handle.get()));
  out.next_update = to_time(X509_CRL_get0_nextUpdate(out.handle.get()));
  out.entries = static_cast<std::size_t>(std::max(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(out.handle.get())), 0));
  read_extensions(out.handle.get(), out);
  read_departures(out.handle.get(), out);
  return out;
}

bool concerns(const Crl& crl, const Certificate& certificate) {
  if (crl.handle == nullptr || certificate.handle == nullptr) return false;
  return X509_NAME_cmp(X509_CRL_get_issuer(crl.handle.get()), X509_get_issuer_name(certificate.handle.get())) == 0;
}

CrlAnswer read_crl(const Crl& crl, const Certificate& certificate, const Certificate& issuer, base::Time at) {
  const QuietErrors quiet;
  CrlAnswer out;
  if (crl.handle == nullptr || !crl.malformed.empty()) return refuse(out, crl.malformed), out;
  if (!concerns(crl, certificate)) return refuse(out, "it is of another issuer: " + crl.issuer), out;
  if (std::string why = out_of_scope(crl.handle.get(), certificate); !why.empty()) return refuse(out, std::move(why)), out;
  if (!is_signed(crl.handle.get(), issuer, out)) return out;
  X509_REVOKED* entry = nullptr;
  const int found = X509_CRL_get0_by_cert(crl.handle.get(), &entry, certificate.handle.get());
  // 2: the entry is of a delta and takes back an earlier one.
  if (found == 1) read_entry(entry, out);
  // What a delta does not mention, its base may.
  if (!crl.delta_of.empty() && found != 1) refuse(out, "it is a delta of list " + crl.delta_of + ", which is needed too");
  if (found == 0 && out.usable()) out.status = Revocation::good;
  check_times(crl, at, out);
  return out;
}

}  // namespace whytls::x509
