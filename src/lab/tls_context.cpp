// SPDX-License-Identifier: Apache-2.0
#include "lab/tls_context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace whytls::lab {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

const TlsSetup& setup_of(void* argument) { return *static_cast<const TlsSetup*>(argument); }

int on_name(SSL* ssl, int* alert, void* argument) {
  const std::vector<std::string>& known = setup_of(argument).names;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (known.empty() || (name != nullptr && std::find(known.begin(), known.end(), name) != known.end())) return SSL_TLSEXT_ERR_OK;
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int on_alpn(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered, unsigned offered_size, void* argument) {
  const std::vector<std::string>& spoken = setup_of(argument).alpn;
  if (spoken.empty()) return SSL_TLSEXT_ERR_NOACK;
  base::Reader list(base::ByteView(offered, offered_size));
  for (base::Reader name; list.prefixed8(name, "protocol name");)
    if (std::find(spoken.begin(), spoken.end(), base::text(name.rest())) != spoken.end()) {
      *chosen = name.rest().data();
      *size = static_cast<unsigned char>(name.remaining());
      return SSL_TLSEXT_ERR_OK;
    }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int on_status_request(SSL* ssl, void* argument) {
  const base::Bytes& staple = setup_of(argument).staple;
  if (staple.empty()) return SSL_TLSEXT_ERR_NOACK;
  void* copy = OPENSSL_memdup(staple.data(), staple.size());  // libssl frees it
  if (copy == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(staple.size()));
  return SSL_TLSEXT_ERR_OK;
}

int hold_revoked(int, X509_STORE_CTX* context) {
  X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REVOKED);
  return 0;
}

unsigned on_psk(SSL*, const char*, unsigned char* psk, unsigned most) {
  constexpr unsigned size = 16;
  if (most < size) return 0;
  std::fill_n(psk, size, static_cast<unsigned char>(0x5a));
  return size;
}

/// The parameters of 1024 bits that RFC 5114 2.1 wrote down.
Key small_dh() {
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr), EVP_PKEY_CTX_free);
  std::array<char, 16> group{"dh_1024_160"};
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                                             OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  if (context && EVP_PKEY_paramgen_init(context.get()) == 1 && EVP_PKEY_CTX_set_params(context.get(), parameters.data()) == 1)
    EVP_PKEY_paramgen(context.get(), &made);
  return {made, EVP_PKEY_free};
}

bool set_chain(SSL_CTX* context, const TlsSetup& setup) {
  if (setup.chain.empty()) return true;
  if (SSL_CTX_use_certificate(context, setup.chain.front().handle.get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(context, setup.key.handle.get()) != 1) return false;
  return std::all_of(setup.chain.begin() + 1, setup.chain.end(),
                     [&](const x509::Certificate& each) { return SSL_CTX_add1_chain_cert(context, each.handle.get()) == 1; });
}

bool set_algorithms(SSL_CTX* context, const TlsSetup& setup) {
  const std::string ciphers = (setup.ciphers.empty() ? "DEFAULT" : setup.ciphers) + ":@SECLEVEL=0";
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) return false;
  if (!setup.groups.empty() && SSL_CTX_set1_groups_list(context, setup.groups.c_str()) != 1) return false;
  if (!setup.signature_algorithms.empty() && SSL_CTX_set1_sigalgs_list(context, setup.signature_algorithms.c_str()) != 1) return false;
  if (!setup.dh_1024) return true;
  Key parameters = small_dh();
  if (!parameters || SSL_CTX_set0_tmp_dh_pkey(context, parameters.get()) != 1) return false;
  parameters.release();  // NOLINT(bugprone-unused-return-value): it is the context's now
  return true;
}

bool set_client_certificates(SSL_CTX* context, const TlsSetup& setup) {
  if (!setup.client_ca) return true;
  X509* authority = setup.client_ca->handle.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, setup.client_revoked ? hold_revoked : nullptr);
  return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) == 1 && SSL_CTX_add_client_CA(context, authority) == 1;
}

// libssl's macros cast in the old style.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
void set_callbacks(SSL_CTX* context, TlsSetup& setup) {
  SSL_CTX_set_tlsext_servername_callback(context, on_name);
  SSL_CTX_set_tlsext_servername_arg(context, &setup);
  SSL_CTX_set_alpn_select_cb(context, on_alpn, &setup);
  SSL_CTX_set_tlsext_status_cb(context, on_status_request);
  SSL_CTX_set_tlsext_status_arg(context, &setup);
  if (setup.psk_only) SSL_CTX_set_psk_server_callback(context, on_psk);
}
#pragma GCC diagnostic pop

bool fill(SSL_CTX* context, TlsSetup& setup) {
  // The flaws are the point: nothing here may be refused by libssl's own level of security.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  set_callbacks(context, setup);
  return SSL_CTX_set_min_proto_version(context, setup.lowest) == 1 && SSL_CTX_set_max_proto_version(context, setup.highest) == 1 &&
         set_algorithms(context, setup) && set_chain(context, setup) && set_client_certificates(context, setup);
}

}  // namespace

std::shared_ptr<const TlsContext> tls_context(Workshop& workshop, const TlsSetup& setup) {
  if (workshop.failure()) return nullptr;
  // A lab server is the same on every machine, whatever openssl.cnf says there.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  auto made = std::make_shared<TlsContext>();
  made->setup = setup;
  made->context.reset(SSL_CTX_new(TLS_server_method()));
  if (made->context && fill(made->context.get(), made->setup)) return made;
  const char* reason = ERR_reason_error_string(ERR_get_error());
  workshop.fail({base::Fault::environment,
                 std::string("libssl cannot be such a server: ") + (reason != nullptr ? reason : "no reason given"),
                 {},
                 0});
  ERR_clear_error();
  return nullptr;
}

x509::PrivateKey mismatched_key(Workshop& workshop, const x509::PrivateKey& certified, const x509::PrivateKey& other) {
  if (workshop.failure()) return {};
  OSSL_PARAM* with_public = nullptr;
  BIGNUM* secret = nullptr;
  EVP_PKEY* made = nullptr;
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), EVP_PKEY_CTX_free);
  if (EVP_PKEY_todata(certified.handle.get(), EVP_PKEY_KEYPAIR, &with_public) == 1 &&
      EVP_PKEY_get_bn_param(other.handle.get(), OSSL_PKEY_PARAM_PRIV_KEY, &secret) == 1) {
    OSSL_PARAM* place = OSSL_PARAM_locate(with_public, OSSL_PKEY_PARAM_PRIV_KEY);
    if (place != nullptr && OSSL_PARAM_set_BN(place, secret) == 1 && EVP_PKEY_fromdata_init(context.get()) == 1)
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, with_public);
  }
  const Key owned(made, EVP_PKEY_free);
  OSSL_PARAM_free(with_public);
  BN_clear_free(secret);
  if (owned) return x509::private_key(owned.get());
  workshop.fail({base::Fault::environment, "libcrypto makes no key whose halves do not match", {}, 0});
  return {};
}

}  // namespace whytls::lab
