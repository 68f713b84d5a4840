// SPDX-License-Identifier: Apache-2.0
#include "x509/ocsp.h"

#include <algorithm>

#include "base/text.h"
#include "x509/crl.h"
#include "x509/facts.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

using OwnResponse = Own<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OwnBasic = Own<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OwnId = Own<OCSP_CERTID, OCSP_CERTID_free>;

/// Clocks of responders and clients differ; browsers and libcrypto's own tools allow about as much.
constexpr std::chrono::minutes tolerated_skew{5};

void refuse(OcspResponse& out, std::string reason) {
  if (out.unusable.empty()) out.unusable = std::move(reason);
}

std::string status_text(int status) {
  switch (status) {
    case OCSP_RESPONSE_STATUS_SUCCESSFUL:
      return "successful";
    case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
      return "malformedRequest";
    case OCSP_RESPONSE_STATUS_INTERNALERROR:
      return "internalError";
    case OCSP_RESPONSE_STATUS_TRYLATER:
      return "tryLater";
    case OCSP_RESPONSE_STATUS_SIGREQUIRED:
      return "sigRequired";
    case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
      return "unauthorized";
    default:
      return std::to_string(status);
  }
}

/// The answer about the certificate: by serial number, and by the issuer's name and key where the issuer is known.
OCSP_SINGLERESP* answer_about(OCSP_BASICRESP* basic, const Certificate& certificate, const Certificate* issuer) {
  for (int i = 0; i < OCSP_resp_count(basic) && i < 1000; ++i) {
    OCSP_SINGLERESP* one = OCSP_resp_get0(basic, i);
    const OCSP_CERTID* id = OCSP_SINGLERESP_get0_id(one);
    ASN1_OBJECT* hash = nullptr;
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, &hash, nullptr, &serial, const_cast<OCSP_CERTID*>(id));  // NOLINT: libcrypto reads only
    if (issuer == nullptr || issuer->handle == nullptr) {
      if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate.handle.get())) == 0) return one;
      continue;
    }
    const EVP_MD* digest = EVP_get_digestbyobj(hash);
    const OwnId own(digest == nullptr ? nullptr : OCSP_cert_to_id(digest, certificate.handle.get(), issuer->handle.get()));
    if (own != nullptr && OCSP_id_cmp(own.get(), id) == 0) return one;
  }
  return nullptr;
}

void read_answer(OCSP_SINGLERESP* one, OcspResponse& out) {
  int reason = -1;
  ASN1_GENERALIZEDTIME* revoked = nullptr;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  const int status = OCSP_single_get0_status(one, &reason, &revoked, &from, &until);
  out.about_certificate = true;
  out.status = status == V_OCSP_CERTSTATUS_GOOD      ? Revocation::good
               : status == V_OCSP_CERTSTATUS_REVOKED ? Revocation::revoked
                                                     : Revocation::unknown;
  out.this_update = to_time(from);
  out.next_update = to_time(until);
  if (out.status != Revocation::revoked) return;
  out.revoked_at = to_time(revoked);
  out.revocation_reason = reason_text(reason);
}

/// RFC 6960 4.2.2.2: the issuer itself, or a certificate that the issuer signed and that carries id-kp-OCSPSigning.
bool may_sign(const Certificate& signer, const Certificate& issuer, base::Time at, OcspResponse& out) {
  if (signer.spki_sha256 == issuer.spki_sha256) return true;
  const auto& uses = signer.extended_key_usage;
  if (!uses || std::find(uses->begin(), uses->end(), "OCSPSigning") == uses->end())
    return refuse(out, "its signer may not sign for the issuer"), false;
  if (!names_issuer(signer, issuer) || verifies_under(signer, issuer) != Verified::yes)
    return refuse(out, "its signer was not appointed by the issuer"), false;
  if (at < signer.not_before || at > signer.not_after) refuse(out, "its signer's certificate is out of its validity");
  return true;
}

void check_signature(OCSP_BASICRESP* basic, const Certificate& issuer, base::Time at, OcspResponse& out) {
  using OwnStack = Own<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;
  const OwnStack more(sk_X509_new_null());
  sk_X509_push(more.get(), issuer.handle.get());
  X509* found = nullptr;
  if (OCSP_resp_get0_signer(basic, &found, more.get()) != 1 || found == nullptr) return refuse(out, "its signer is not known");
  const Certificate signer = examine(encode(i2d_X509, found));
  out.signer = display_name(signer);
  EVP_PKEY* key = X509_get0_pubkey(found);
  // The same verification that OCSP_basic_verify does, without the chain: who may sign is decided below.
  const int answer = key == nullptr ? -1
                                    : ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), OCSP_resp_get0_tbs_sigalg(basic),
                                                       OCSP_resp_get0_signature(basic), OCSP_resp_get0_respdata(basic), key);
  out.signature = answer == 1 ? Verified::yes : Verified::no;
  if (answer != 1) return refuse(out, "its signature does not verify");
  if (!may_sign(signer, issuer, at, out)) out.signature = Verified::no;
}

void check_times(OcspResponse& out, base::Time at) {
  if (!out.this_update) return refuse(out, "it has no time");
  if (*out.this_update > at + tolerated_skew) refuse(out, "it is from the future (thisUpdate " + base::rfc3339(*out.this_update) + ")");
  if (out.next_update && *out.next_update < at - tolerated_skew) refuse(out, "it is out of date since " + base::rfc3339(*out.next_update));
}

}  // namespace

OcspResponse read_ocsp(base::ByteView response, const Certificate& certificate, const Certificate* issuer, base::Time at) {
  const QuietErrors quiet;
  OcspResponse out;
  const unsigned char* position = response.data();
  const bool tolerable = !response.empty() && response.size() <= (std::size_t{1} << 20U);
  const OwnResponse whole(tolerable ? d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(response.size())) : nullptr);
  if (whole == nullptr || certificate.handle == nullptr) return refuse(out, "it is no OCSP response"), out;
  out.parsed = true;
  const int status = OCSP_response_status(whole.get());
  out.response_status = status_text(status);
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) return refuse(out, "the responder answered " + out.response_status), out;
  const OwnBasic basic(OCSP_response_get1_basic(whole.get()));
  if (basic == nullptr) return refuse(out, "it is not of the basic type"), out;
  out.produced_at = to_time(OCSP_resp_get0_produced_at(basic.get()));
  OCSP_SINGLERESP* one = answer_about(basic.get(), certificate, issuer);
  if (one == nullptr) return refuse(out, "it is about another certificate"), out;
  read_answer(one, out);
  if (issuer == nullptr || issuer->handle == nullptr) {
    refuse(out, "the certificate's issuer is not known");
  } else {
    check_signature(basic.get(), *issuer, at, out);
  }
  check_times(out, at);
  if (out.status == Revocation::unknown) refuse(out, "the responder does not know the certificate");
  return out;
}

base::Bytes ocsp_request(const Certificate& certificate, const Certificate& issuer) {
  using OwnRequest = Own<OCSP_REQUEST, OCSP_REQUEST_free>;
  if (certificate.handle == nullptr || issuer.handle == nullptr) return {};
  const OwnRequest request(OCSP_REQUEST_new());
  OwnId id(OCSP_cert_to_id(EVP_sha1(), certificate.handle.get(), issuer.handle.get()));
  if (request == nullptr || id == nullptr || OCSP_request_add0_id(request.get(), id.get()) == nullptr) return {};
  static_cast<void>(id.release());  // the request owns it now
  return encode(i2d_OCSP_REQUEST, request.get());
}

std::string ocsp_get_url(const std::string& responder, base::ByteView request) {
  base::Bytes text(4 * ((request.size() + 2) / 3) + 1);
  const int size = EVP_EncodeBlock(text.data(), request.data(), static_cast<int>(request.size()));
  std::string out = responder;
  if (!out.ends_with('/')) out += '/';
  for (int i = 0; i < size; ++i) {
    const char c = static_cast<char>(text[static_cast<std::size_t>(i)]);
    out += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  }
  return out.size() - responder.size() > 255 ? std::string{} : out;
}

}  // namespace whytls::x509
