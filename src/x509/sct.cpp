// SPDX-License-Identifier: Apache-2.0
#include "x509/sct.h"

#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

constexpr std::size_t most_timestamps = 100;

std::uint64_t u64(base::ByteView bytes) {
  std::uint64_t out = 0;
  for (const std::uint8_t byte : bytes) out = out << 8U | byte;
  return out;
}

bool read_one(base::Reader& in, Sct& out) {
  std::uint8_t version = 0;
  base::ByteView log;
  base::ByteView time;
  base::Reader extensions;
  base::Reader signature;
  if (!in.u8(version, "version") || !in.bytes(out.log.size(), log, "log_id") || !in.bytes(8, time, "timestamp")) return false;
  if (!in.prefixed16(extensions, "extensions") || !in.u16(out.scheme, "algorithm") || !in.prefixed16(signature, "signature")) return false;
  out.version = version;
  std::copy(log.begin(), log.end(), out.log.begin());
  // Beyond the year 9999 nothing can be written down.
  constexpr std::uint64_t last = 253402300799999U;
  out.time = base::Time(std::chrono::milliseconds(static_cast<std::int64_t>(std::min(u64(time), last))));
  out.extensions.assign(extensions.rest().begin(), extensions.rest().end());
  out.signature.assign(signature.rest().begin(), signature.rest().end());
  return in.finish("SignedCertificateTimestamp");
}

/// The octets within an extension's value, which are an OCTET STRING once more (RFC 6962 3.3).
base::Bytes inner_octets(const ASN1_OCTET_STRING* value) {
  const base::ByteView outer = octets(value);
  const unsigned char* at = outer.data();
  using OwnString = Own<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
  const OwnString inner(outer.empty() ? nullptr : d2i_ASN1_OCTET_STRING(nullptr, &at, static_cast<long>(outer.size())));
  const base::ByteView bytes = octets(inner.get());
  return {bytes.begin(), bytes.end()};
}

void append(SctList& out, SctList more) {
  std::move(more.timestamps.begin(), more.timestamps.end(), std::back_inserter(out.timestamps));
  if (out.malformed.empty()) out.malformed = std::move(more.malformed);
}

/// RFC 6962 3.2: of a certificate with embedded timestamps the log signed its TBSCertificate without them.
base::Bytes tbs_without_scts(const Certificate& certificate) {
  const OwnX509 copy(X509_dup(certificate.handle.get()));
  if (copy == nullptr) return {};
  const int at = X509_get_ext_by_NID(copy.get(), NID_ct_precert_scts, -1);
  if (at >= 0) X509_EXTENSION_free(X509_delete_ext(copy.get(), at));
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_tbs(copy.get(), &der);
  base::Bytes out;
  if (size > 0) out.assign(der, der + size);
  OPENSSL_free(der);
  return out;
}

/// The structure of RFC 6962 3.2 that the log signs.
std::optional<base::Bytes> signed_part(const Sct& sct, const Certificate& certificate, const Certificate* issuer) {
  base::Writer out;
  out.u8(static_cast<std::uint8_t>(sct.version));
  out.u8(0);  // certificate_timestamp
  const auto time = static_cast<std::uint64_t>(sct.time.time_since_epoch().count());
  out.u32(static_cast<std::uint32_t>(time >> 32U));
  out.u32(static_cast<std::uint32_t>(time & 0xffffffffU));
  const bool embedded = sct.place == SctPlace::certificate;
  if (embedded && issuer == nullptr) return std::nullopt;
  out.u16(embedded ? 1 : 0);
  if (embedded) out.bytes(issuer->spki_sha256);
  out.prefixed24([&] { out.bytes(embedded ? tbs_without_scts(certificate) : certificate.der); });
  out.prefixed16([&] { out.bytes(sct.extensions); });
  return out.overflowed() ? std::nullopt : std::optional(out.take());
}

std::size_t distinct_logs(const std::vector<Sct>& timestamps, std::optional<SctPlace> place) {
  std::set<Digest> logs;
  for (const Sct& sct : timestamps) {
    if (sct.version == 0 && (!place || sct.place == *place)) logs.insert(sct.log);
  }
  return logs.size();
}

}  // namespace

SctList read_scts(base::ByteView list, SctPlace place) {
  SctList out;
  base::Reader all(list);
  base::Reader entries;
  if (!all.prefixed16(entries, "sct_list") || !all.finish("SignedCertificateTimestampList")) {
    out.malformed = all.failure()->text();
    return out;
  }
  while (!entries.empty() && out.timestamps.size() < most_timestamps) {
    base::Reader one;
    Sct sct;
    sct.place = place;
    const bool good = entries.prefixed16(one, "serialized_sct") && read_one(one, sct);
    if (!good) {
      out.malformed = (entries.failure() ? *entries.failure() : *one.failure()).text();
      return out;
    }
    out.timestamps.push_back(std::move(sct));
  }
  return out;
}

SctList embedded_scts(const Certificate& certificate) {
  const QuietErrors quiet;
  if (certificate.handle == nullptr) return {};
  const int at = X509_get_ext_by_NID(certificate.handle.get(), NID_ct_precert_scts, -1);
  if (at < 0) return {};
  return read_scts(inner_octets(X509_EXTENSION_get_data(X509_get_ext(certificate.handle.get(), at))), SctPlace::certificate);
}

SctList stapled_scts(base::ByteView response) {
  const QuietErrors quiet;
  using OwnResponse = Own<OCSP_RESPONSE, OCSP_RESPONSE_free>;
  using OwnBasic = Own<OCSP_BASICRESP, OCSP_BASICRESP_free>;
  SctList out;
  const unsigned char* position = response.data();
  const bool tolerable = !response.empty() && response.size() <= (std::size_t{1} << 20U);
  const OwnResponse whole(tolerable ? d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(response.size())) : nullptr);
  const OwnBasic basic(whole == nullptr ? nullptr : OCSP_response_get1_basic(whole.get()));
  for (int i = 0; basic != nullptr && i < OCSP_resp_count(basic.get()) && i < 100; ++i) {
    OCSP_SINGLERESP* one = OCSP_resp_get0(basic.get(), i);
    const int at = OCSP_SINGLERESP_get_ext_by_NID(one, NID_ct_cert_scts, -1);
    if (at >= 0) append(out, read_scts(inner_octets(X509_EXTENSION_get_data(OCSP_SINGLERESP_get_ext(one, at))), SctPlace::staple));
  }
  return out;
}

Verified verify_sct(const Sct& sct, const Certificate& certificate, const Certificate* issuer, const Log& log) {
  const QuietErrors quiet;
  Digest id{};
  SHA256(log.key.data(), log.key.size(), id.data());
  if (id != sct.log || sct.version != 0 || certificate.handle == nullptr) return Verified::unknown;
  const auto what = signed_part(sct, certificate, issuer);
  if (!what) return Verified::unknown;
  // RFC 6962 2.1.4: logs sign with SHA-256, by ECDSA or RSA.
  if (sct.scheme != 0x0403 && sct.scheme != 0x0401) return Verified::no;
  const unsigned char* at = log.key.data();
  const OwnKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(log.key.size())));
  using OwnDigest = Own<EVP_MD_CTX, EVP_MD_CTX_free>;
  const OwnDigest digest(EVP_MD_CTX_new());
  if (key == nullptr || EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1) return Verified::unknown;
  const int answer = EVP_DigestVerify(digest.get(), sct.signature.data(), sct.signature.size(), what->data(), what->size());
  return answer == 1 ? Verified::yes : Verified::no;
}

Transparency count_scts(const Certificate& leaf, const std::vector<Sct>& timestamps) {
  Transparency out;
  out.embedded = distinct_logs(timestamps, SctPlace::certificate);
  out.handshake = distinct_logs(timestamps, SctPlace::handshake);
  out.stapled = distinct_logs(timestamps, SctPlace::staple);
  out.distinct = distinct_logs(timestamps, std::nullopt);
  // Both ends of the validity belong to it.
  const bool is_long = leaf.not_after - leaf.not_before + std::chrono::seconds(1) > std::chrono::hours(24 * 180);
  std::vector<Sct> delivered;
  std::copy_if(timestamps.begin(), timestamps.end(), std::back_inserter(delivered),
               [](const Sct& sct) { return sct.place != SctPlace::certificate; });
  const bool enough_delivered = distinct_logs(delivered, std::nullopt) >= 2;
  out.wanted = is_long && !enough_delivered ? 3 : 2;
  out.met = enough_delivered || out.embedded >= out.wanted;
  return out;
}

}  // namespace whytls::x509
