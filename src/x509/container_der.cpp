// SPDX-License-Identifier: Apache-2.0
// The single structures that a file may hold in DER, told apart by what they are, not by what the file is called.
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>

#include "base/text.h"
#include "x509/container_parts.h"
#include "x509/facts.h"
#include "x509/openssl.h"
#include "x509/outline.h"

namespace whytls::x509 {
namespace {

using OwnRequest = Own<X509_REQ, X509_REQ_free>;
using OwnCrl = Own<X509_CRL, X509_CRL_free>;
using OwnLocked = Own<X509_SIG, X509_SIG_free>;
void free_extensions(STACK_OF(X509_EXTENSION) * list) { sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free); }
using OwnExtensions = Own<STACK_OF(X509_EXTENSION), free_extensions>;

/// Decodes all of `der`, or nothing: bytes that are left over make it something else.
template <class T, class Owner>
Owner whole(T* (*decode)(T**, const unsigned char**, long), base::ByteView der) {
  const unsigned char* at = der.data();
  Owner out(decode(nullptr, &at, static_cast<long>(der.size())));
  if (at != der.data() + der.size()) out.reset();
  return out;
}

std::string names_asked_for(X509_REQ* request) {
  const OwnExtensions extensions(X509_REQ_get_extensions(request));
  const OwnNames names(static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> out;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && out.size() < 20; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.push_back(base::printable(octets(name->d.dNSName)));
  }
  return base::join(out, ", ");
}

void set_public_key(Part& part, EVP_PKEY* key) {
  if (key == nullptr) return;
  part.about = describe_key(key);
  unsigned char* spki = nullptr;
  const int size = i2d_PUBKEY(key, &spki);
  if (size > 0) SHA256(spki, static_cast<std::size_t>(size), part.spki_sha256.data());
  OPENSSL_free(spki);
}

Part request_part(X509_REQ* request, base::ByteView der) {
  Part out;
  out.kind = Part::Kind::request;
  out.der.assign(der.begin(), der.end());
  EVP_PKEY* key = X509_REQ_get0_pubkey(request);
  set_public_key(out, key);
  const std::string subject = name_text(X509_REQ_get_subject_name(request));
  const std::string names = names_asked_for(request);
  out.text = "a certificate signing request for " + (subject.empty() ? "an empty name" : "\"" + subject + "\"");
  if (!names.empty()) out.text += " (" + names + ")";
  if (key == nullptr || X509_REQ_verify(request, key) != 1) out.fault = "its signature does not verify under its own key";
  return out;
}

Part crl_part(X509_CRL* crl, base::ByteView der) {
  Part out;
  out.kind = Part::Kind::crl;
  out.der.assign(der.begin(), der.end());
  const STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(crl);
  const auto next = to_time(X509_CRL_get0_nextUpdate(crl));
  out.text = fmt::format("a revocation list by \"{}\" with {} entries{}", name_text(X509_CRL_get_issuer(crl)),
                         entries == nullptr ? 0 : sk_X509_REVOKED_num(entries), next ? ", next due " + base::date(*next) : "");
  return out;
}

std::string algorithm_name(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  return nid == NID_undef ? object_text(object) : std::string(OBJ_nid2sn(nid));
}

}  // namespace

Part certificate_part(base::ByteView der, std::string label) {
  Part out;
  out.kind = Part::Kind::certificate;
  out.label = std::move(label);
  out.der.assign(der.begin(), der.end());
  return out;
}

std::string encryption_of(base::ByteView pkcs8) {
  const auto locked = whole<X509_SIG, OwnLocked>(d2i_X509_SIG, pkcs8);
  if (locked == nullptr) return {};
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(locked.get(), &algorithm, nullptr);
  const ASN1_OBJECT* object = nullptr;
  const void* value = nullptr;
  int type = 0;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  std::string out = algorithm_name(object);
  if (OBJ_obj2nid(object) != NID_pbes2 || type != V_ASN1_SEQUENCE) return out;
  const auto* packed = static_cast<const ASN1_STRING*>(value);
  const base::ByteView bytes = octets(packed);
  const unsigned char* at = bytes.data();
  const Own<PBE2PARAM, PBE2PARAM_free> parameters(d2i_PBE2PARAM(nullptr, &at, static_cast<long>(bytes.size())));
  if (parameters == nullptr) return out;
  X509_ALGOR_get0(&object, nullptr, nullptr, parameters->encryption);
  return out + ", " + algorithm_name(object);
}

Part key_part(base::ByteView bytes, const std::optional<std::string>& passphrase, std::string label) {
  Part out;
  out.label = std::move(label);
  auto key = decode_key(bytes, passphrase);
  if (key) {
    out.kind = Part::Kind::key;
    out.about = key->about;
    out.spki_sha256 = key->spki_sha256;
    out.key = std::move(*key);
    return out;
  }
  using enum CredentialFault;
  const CredentialFault fault = key.error().fault;
  out.kind = fault == needs_passphrase || fault == wrong_passphrase ? Part::Kind::locked_key : Part::Kind::other;
  out.fault = key.error().text;
  if (out.kind == Part::Kind::other) out.text = "a private key that cannot be decoded";
  return out;
}

std::optional<Part> der_part(base::ByteView der, const std::optional<std::string>& passphrase) {
  if (outline(der)) return certificate_part(der, {});
  if (const auto request = whole<X509_REQ, OwnRequest>(d2i_X509_REQ, der)) return request_part(request.get(), der);
  if (const auto crl = whole<X509_CRL, OwnCrl>(d2i_X509_CRL, der)) return crl_part(crl.get(), der);
  const std::string encryption = encryption_of(der);
  Part key = key_part(der, passphrase, {});
  if (key.kind == Part::Kind::key) return key;
  if (key.kind == Part::Kind::locked_key && !encryption.empty()) {
    key.text = "PKCS #8, " + encryption;
    return key;
  }
  if (const auto open = whole<EVP_PKEY, OwnKey>(d2i_PUBKEY, der)) {
    Part out;
    out.kind = Part::Kind::public_key;
    out.der.assign(der.begin(), der.end());
    set_public_key(out, open.get());
    out.text = "a public key (" + out.about->name + ")";
    return out;
  }
  return std::nullopt;
}

}  // namespace whytls::x509
