// SPDX-License-Identifier: Apache-2.0
// OpenSSL: its configuration is read by us, for the lines, and applied to a context of libssl by libssl's own SSL_CONF; the ClientHello
// that this context then writes into memory says what is really offered.
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "sources/system/hello.h"
#include "sources/system/openssl_cnf.h"
#include "sources/system/policy.h"

namespace whytls::system {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using LibraryPtr = std::unique_ptr<OSSL_LIB_CTX, Deleter<OSSL_LIB_CTX_free>>;
using CommandsPtr = std::unique_ptr<SSL_CONF_CTX, Deleter<SSL_CONF_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;

/// A context that no openssl.cnf has touched: whatever this process read would apply twice.
ContextPtr fresh_context(OSSL_LIB_CTX* library) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  return ContextPtr(SSL_CTX_new_ex(library, nullptr, TLS_client_method()));
}

OfferLists offered_by(SSL_CTX* context) {
  SslPtr ssl(SSL_new(context));
  BIO* out = BIO_new(BIO_s_mem());
  BIO* in = BIO_new(BIO_s_mem());
  if (ssl == nullptr || out == nullptr || in == nullptr) return {};
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_connect_state(ssl.get());
  SSL_do_handshake(ssl.get());  // ends with "want read" behind the ClientHello, or at once where nothing may be offered
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  if (size <= 0 || data == nullptr) return {};
  const auto hello = first_hello(base::view({data, static_cast<std::size_t>(size)}));
  return hello ? lists_of(*hello) : OfferLists{};
}

/// What libssl could offer without any policy: every suite, group and scheme that it has, at security level 0.
OfferLists everything(OSSL_LIB_CTX* library) {
  const ContextPtr context = fresh_context(library);
  if (context == nullptr) return {};
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  SSL_CTX_set_ciphersuites(context.get(),
                           "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
                           "TLS_AES_128_CCM_8_SHA256");
  SSL_CTX_set1_groups_list(context.get(),
                           "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192:secp192r1:secp224r1:secp256k1:"
                           "brainpoolP256r1:brainpoolP384r1:brainpoolP512r1");
  return offered_by(context.get());
}

/// DH (nominally also RSA) and EC bits that a level of security asks for: SSL_CTX_set_security_level(3).
struct Strength {
  unsigned security, rsa, ec;
};
Strength strength(int level) {
  constexpr Strength levels[]{{0, 0, 0}, {80, 1024, 160}, {112, 2048, 224}, {128, 3072, 256}, {192, 7680, 384}, {256, 15360, 512}};
  return levels[std::min(std::max(level, 0), 5)];
}

/// Bits of security that libcrypto grants an RSA key of that size; 0 where it takes none.
int rsa_security(OSSL_LIB_CTX* library, unsigned bits) {
  using NumberPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
  using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
  using ParametersPtr = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
  using MakerPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
  const NumberPtr modulus(BN_new()), exponent(BN_new());
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  // Only its size counts: no key is made.
  BN_set_bit(modulus.get(), static_cast<int>(bits) - 1);
  BN_set_bit(modulus.get(), 0);
  BN_set_word(exponent.get(), 65537);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  const ParametersPtr parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const MakerPtr maker(EVP_PKEY_CTX_new_from_name(library, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (maker == nullptr || parameters == nullptr || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return 0;
  }
  const int security = EVP_PKEY_get_security_bits(key);
  EVP_PKEY_free(key);
  return security;
}

/// libcrypto computes an RSA key's strength by a formula (NIST SP 800-56B), so that keys a little below 2048 bits still hold at level 2.
unsigned smallest_rsa(OSSL_LIB_CTX* library, const Strength& wanted) {
  if (wanted.rsa == 0) return 0;
  unsigned low = wanted.rsa / 2, high = wanted.rsa;
  while (low + 1 < high) {
    const unsigned middle = (low + high) / 2;
    (rsa_security(library, middle) >= static_cast<int>(wanted.security) ? high : low) = middle;
  }
  return high;
}

std::string_view aspect_of(std::string_view command) {
  const std::string name = base::lower(command);
  if (name == "minprotocol" || name == "protocol") return aspect::min_version;
  if (name == "maxprotocol") return aspect::max_version;
  if (name == "cipherstring") return aspect::suites;
  if (name == "ciphersuites") return aspect::tls13_suites;
  if (name == "groups" || name == "curves") return aspect::groups;
  if (name == "signaturealgorithms") return aspect::signature_algorithms;
  return {};
}

/// Options that decide something of their own.
void note_options(LibraryPolicy& policy, const CnfValue& command, const Line& line) {
  for (const std::string& option : base::split(command.value, ",")) {
    std::string name = base::lower(base::trim(option));
    if (!name.empty() && (name.front() == '+' || name.front() == '-')) name.erase(0, 1);
    if (name == "unsafelegacyrenegotiation" || name == "unsafelegacyserverconnect") {
      policy.lines[std::string(aspect::renegotiation)] = line;
    }
  }
}

/// `level_line` becomes the line that sets the level of security, if one does.
void apply(LibraryPolicy& policy, SSL_CTX* context, const std::vector<CnfValue>& commands, Line& level_line) {
  const CommandsPtr conf(SSL_CONF_CTX_new());
  if (conf == nullptr) return;
  SSL_CONF_CTX_set_flags(conf.get(), SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_CLIENT);
  SSL_CONF_CTX_set_ssl_ctx(conf.get(), context);
  for (const CnfValue& command : commands) {
    const int level_before = SSL_CTX_get_security_level(context);
    const int done = SSL_CONF_cmd(conf.get(), command.name.c_str(), command.value.c_str());
    const Line line = make_line(command.file, command.line, command.text);
    if (done <= 0) {
      // -2: not a command of a client (a server's, say), which is passed over in silence.
      if (done != -2) policy.problems.push_back(fmt::format("{}: OpenSSL does not take it", line.full()));
      continue;
    }
    const std::string_view part = aspect_of(command.name);
    if (!part.empty()) policy.lines[std::string(part)] = line;
    if (base::equals_nocase(command.name, "Options")) note_options(policy, command, line);
    if (SSL_CTX_get_security_level(context) == level_before && command.value.find("@SECLEVEL") == std::string::npos) continue;
    level_line = line;
  }
  SSL_CONF_CTX_finish(conf.get());
}

void note_level(LibraryPolicy& policy, OSSL_LIB_CTX* library, int level, const Line& line) {
  const Strength wanted = strength(level);
  policy.min_rsa_bits = smallest_rsa(library, wanted);
  // ssl_security_default_callback: ephemeral DH below 80 bits of security is refused at every level.
  policy.min_dh_bits = std::max(wanted.rsa, 1024U);
  policy.min_ec_bits = wanted.ec;
  constexpr std::pair<std::string_view, unsigned> hashes[]{{"md5", 39}, {"sha1", 63}, {"sha224", 112}, {"sha256", 128}, {"sha384", 192}};
  for (const auto& [name, bits] : hashes) {
    if (bits < wanted.security) policy.forbidden_hashes.emplace_back(name);
  }
  // What no line of its own decides is decided by the level.
  for (const std::string_view part :
       {aspect::rsa_bits, aspect::dh_bits, aspect::ec_bits, aspect::hashes, aspect::min_version, aspect::max_version, aspect::suites,
        aspect::tls13_suites, aspect::groups, aspect::signature_algorithms}) {
    policy.lines.try_emplace(std::string(part), line);
  }
}

std::string configuration_path(const Environment& environment) {
  std::string given = environment.get("OPENSSL_CONF");
  if (!given.empty()) return given;
  const char* directory = OPENSSL_info(OPENSSL_INFO_CONFIG_DIR);
  return environment.well_known(std::string(directory != nullptr ? directory : "/usr/lib/ssl") + "/openssl.cnf");
}

}  // namespace

base::Result<LibraryPolicy> openssl_policy(const Environment& environment) {
  LibraryPolicy policy;
  policy.library = "openssl";
  policy.version = OpenSSL_version(OPENSSL_VERSION);
  const LibraryPtr library(OSSL_LIB_CTX_new());
  const ContextPtr context = fresh_context(library.get());
  if (context == nullptr) return base::fail(base::Fault::environment, "libssl makes no client context");
  Cnf cnf = read_cnf(configuration_path(environment), environment);
  policy.files = std::move(cnf.files);
  policy.problems = std::move(cnf.problems);
  Line level{{}, 0, fmt::format("compiled into libssl: security level {}", SSL_CTX_get_security_level(context.get()))};
  apply(policy, context.get(), system_default(cnf), level);
  note_level(policy, library.get(), SSL_CTX_get_security_level(context.get()), level);
  // OpenSSL 3 connects to servers without RFC 5746 only where an option says so: SSL_CTX_set_options(3).
  policy.legacy_renegotiation =
      (SSL_CTX_get_options(context.get()) & (SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION)) != 0;
  policy.lines.try_emplace(std::string(aspect::renegotiation), Line{{}, 0, "OpenSSL's default: no UnsafeLegacyServerConnect"});
  policy.offers = offered_by(context.get());
  policy.capable = everything(library.get());
  ERR_clear_error();
  return policy;
}

}  // namespace whytls::system
