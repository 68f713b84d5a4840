// SPDX-License-Identifier: Apache-2.0
#include "x509/mint.h"
#include "x509/mint_parts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

using OwnTime = Own<ASN1_TIME, ASN1_TIME_free>;
using OwnBasic = Own<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OwnResponse = Own<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OwnId = Own<OCSP_CERTID, OCSP_CERTID_free>;

/// OCSP knows GeneralizedTime only (RFC 6960 4.2.2.1).
OwnTime generalized(base::Time time) {
  return OwnTime(ASN1_GENERALIZEDTIME_set(nullptr, std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()));
}

int refusal(const std::string& status) {
  if (status == "tryLater") return OCSP_RESPONSE_STATUS_TRYLATER;
  if (status == "unauthorized") return OCSP_RESPONSE_STATUS_UNAUTHORIZED;
  return status == "internalError" ? OCSP_RESPONSE_STATUS_INTERNALERROR : OCSP_RESPONSE_STATUS_SUCCESSFUL;
}

}  // namespace

base::Result<base::Bytes> mint_ocsp(const Minted& subject, const Minted& issuer, const OcspRecipe& r) {
  const QuietErrors quiet;
  if (const int status = refusal(r.status); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    const OwnResponse response(OCSP_response_create(status, nullptr));
    return encode(i2d_OCSP_RESPONSE, response.get());
  }
  const OwnBasic basic(OCSP_BASICRESP_new());
  if (issuer.sound == nullptr || subject.sound == nullptr) return base::fail(base::Fault::misuse, "subject and issuer have to be minted");
  X509* about = r.other_certificate ? issuer.sound.get() : subject.sound.get();
  const OwnId id(OCSP_cert_to_id(EVP_sha1(), about, issuer.sound.get()));
  const OwnTime from = generalized(r.this_update);
  const OwnTime until = r.no_next_update ? nullptr : generalized(r.next_update);
  const OwnTime revoked = generalized(r.revoked_at);
  const int status = r.status == "good"      ? V_OCSP_CERTSTATUS_GOOD
                     : r.status == "revoked" ? V_OCSP_CERTSTATUS_REVOKED
                                             : V_OCSP_CERTSTATUS_UNKNOWN;
  const bool is_revoked = status == V_OCSP_CERTSTATUS_REVOKED;
  OCSP_basic_add1_status(basic.get(), id.get(), status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, is_revoked ? revoked.get() : nullptr, from.get(),
                         until.get());
  const Minted& signer = r.responder == nullptr ? issuer : *r.responder;
  const bool eddsa = signer.key.about.type == KeyType::ed25519 || signer.key.about.type == KeyType::ed448;
  const unsigned long flags = r.responder == nullptr ? OCSP_NOCERTS : 0;
  if (OCSP_basic_sign(basic.get(), signer.sound.get(), signer.key.handle.get(), eddsa ? nullptr : EVP_sha256(), nullptr, flags) != 1) {
    return base::fail(base::Fault::misuse, "the OCSP response cannot be signed with " + signer.key.about.name);
  }
  if (r.bad_signature) {
    // Another producedAt than was signed.
    const OwnTime other = generalized(r.this_update - std::chrono::hours(1));
    const ASN1_GENERALIZEDTIME* field = OCSP_resp_get0_produced_at(basic.get());
    ASN1_STRING_copy(const_cast<ASN1_GENERALIZEDTIME*>(field), other.get());  // NOLINT: libcrypto has no setter
  }
  const OwnResponse response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return encode(i2d_OCSP_RESPONSE, response.get());
}

}  // namespace whytls::x509
