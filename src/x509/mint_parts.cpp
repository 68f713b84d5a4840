// SPDX-License-Identifier: Apache-2.0
#include "x509/mint_parts.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include "base/text.h"

namespace whytls::x509 {
namespace {

/// Extensions as (name, value) in libcrypto's words.
using Words = std::vector<std::pair<std::string, std::string>>;

std::string alternative_names(const Recipe& r) {
  std::vector<std::string> names;
  for (const std::string& name : r.dns) names.push_back("DNS:" + name);
  for (const std::string& name : r.ip) names.push_back("IP:" + name);
  for (const std::string& name : r.email) names.push_back("email:" + name);
  for (const std::string& name : r.uri) names.push_back("URI:" + name);
  return base::join(names, ",");
}

std::string basic_constraints(const Recipe& r) {
  if (!r.ca) return "critical,CA:FALSE";
  return "critical,CA:TRUE" + (r.path_length ? ",pathlen:" + std::to_string(*r.path_length) : "");
}

/// Any key may sign; only an RSA key may also decipher a premaster secret (RFC 8446 4.4.2.2, RFC 5246 7.4.2).
std::string usual_key_usage(const Recipe& r) {
  if (r.ca) return "critical,keyCertSign,cRLSign";
  return r.key.starts_with("rsa-") && !r.key.starts_with("rsa-pss") ? "critical,digitalSignature,keyEncipherment"
                                                                    : "critical,digitalSignature";
}

std::string information_access(const Recipe& r) {
  std::vector<std::string> out;
  for (const std::string& url : r.ca_issuers) out.push_back("caIssuers;URI:" + url);
  for (const std::string& url : r.ocsp) out.push_back("OCSP;URI:" + url);
  return base::join(out, ",");
}

std::string distribution_points(const Recipe& r) {
  std::vector<std::string> out;
  for (const std::string& url : r.crl) out.push_back("URI:" + url);
  return base::join(out, ",");
}

/// Two timestamps of version 1 with made-up logs and signatures, RFC 6962 3.3.
std::string timestamps() {
  base::Writer list;
  list.prefixed16([&] {
    for (std::uint8_t log = 1; log <= 2; ++log) {
      list.prefixed16([&] {
        list.u8(0);
        for (int i = 0; i < 32; ++i) list.u8(log);
        list.u32(0x0000019a);
        list.u32(0);
        list.u16(0);
        list.u16(0x0403);
        list.prefixed16([&] { list.u32(0x30020500); });
      });
    }
  });
  base::Writer outer;
  outer.u8(0x04);
  outer.u8(0x81);
  outer.prefixed8([&] { outer.bytes(list.data()); });
  return "DER:" + base::hex(outer.data());
}

Words words_of(const Recipe& r, const Minted* issuer) {
  Words out;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) out.emplace_back(name, std::move(value));
  };
  if (r.basic_constraints) add("basicConstraints", basic_constraints(r));
  add("keyUsage", r.key_usage.value_or(usual_key_usage(r)));
  add("extendedKeyUsage", r.extended_key_usage.value_or(r.ca ? "" : "serverAuth"));
  add("subjectAltName", alternative_names(r));
  add("nameConstraints", r.name_constraints);
  add("tlsfeature", r.must_staple ? "status_request" : "");
  add("authorityInfoAccess", information_access(r));
  add("crlDistributionPoints", distribution_points(r));
  // An arc for examples, below Example.com's enterprise number of RFC 5612.
  add("1.3.6.1.4.1.32473.1", r.unknown_critical ? "critical,DER:0500" : "");
  add("ct_precert_scts", r.embedded_scts ? timestamps() : "");
  if (r.key_ids) add("subjectKeyIdentifier", "hash");
  const bool known_issuer = issuer == nullptr || !issuer->certificate.subject_key_id.empty();
  if (r.authority_key_id) {
    const std::string id = *r.authority_key_id;
    // AuthorityKeyIdentifier ::= SEQUENCE { [0] keyIdentifier }, RFC 5280 4.2.1.1; ids of up to 100 bytes
    const auto size = static_cast<std::uint8_t>(id.size() / 2);
    const base::Bytes head{0x30, static_cast<std::uint8_t>(size + 2), 0x80, size};
    add("authorityKeyIdentifier", "DER:" + base::hex(head) + id);
  } else if (r.key_ids && known_issuer) {
    add("authorityKeyIdentifier", "keyid:always");
  }
  out.insert(out.end(), r.extensions.begin(), r.extensions.end());
  return out;
}

EVP_PKEY* generated(EVP_PKEY_CTX* context) {
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen(context, &key);
  return key;
}

using OwnContext = Own<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

}  // namespace

base::Result<Done> add_extensions(X509* x, const Recipe& recipe, const Minted* issuer) {
  X509V3_CTX context;
  X509* from = issuer == nullptr ? x : issuer->sound.get();
  X509V3_set_ctx(&context, from, x, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  for (const auto& [name, value] : words_of(recipe, issuer)) {
    const OwnExtension extension(X509V3_EXT_conf(nullptr, &context, name.c_str(), value.c_str()));
    if (extension == nullptr)
      return base::fail(base::Fault::misuse, fmt::format("the extension {} cannot be made from \"{}\"", name, value));
    X509_add_ext(x, extension.get(), -1);
  }
  return Done{};
}

void set_time(ASN1_TIME* field, base::Time time) {
  ASN1_TIME_set(field, std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

EVP_PKEY* generate_rsa(bool pss, unsigned bits) {
  const OwnContext context(EVP_PKEY_CTX_new_from_name(nullptr, pss ? "RSA-PSS" : "RSA", nullptr));
  std::size_t size = bits;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &size), OSSL_PARAM_construct_end()};
  if (EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_CTX_set_params(context.get(), parameters) != 1) return nullptr;
  return generated(context.get());
}

EVP_PKEY* generate_dsa(unsigned bits) {
  const OwnContext first(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  std::size_t size = bits;
  std::size_t subgroup = bits < 2048 ? 160 : 256;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &size),
                                   OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_QBITS, &subgroup), OSSL_PARAM_construct_end()};
  if (EVP_PKEY_paramgen_init(first.get()) != 1 || EVP_PKEY_CTX_set_params(first.get(), parameters) != 1) return nullptr;
  EVP_PKEY* made = nullptr;
  EVP_PKEY_paramgen(first.get(), &made);
  const OwnKey domain(made);
  const OwnContext second(domain == nullptr ? nullptr : EVP_PKEY_CTX_new_from_pkey(nullptr, domain.get(), nullptr));
  if (second == nullptr || EVP_PKEY_keygen_init(second.get()) != 1) return nullptr;
  return generated(second.get());
}

}  // namespace whytls::x509
