// SPDX-License-Identifier: Apache-2.0
// Our tables beside those of Wireshark, libssl and GnuTLS, which were made independently.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/wait.h>

#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/text.h"
#include "registry/registry.h"

namespace whytls::registry {
namespace {

/// The lines that a command writes; it must succeed.
std::vector<std::string> lines_of(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  char buffer[65536];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command;
  return base::split(output, "\n");
}

using Values = std::map<std::uint32_t, std::string>;

/// Wireshark's name of each value of a field: rows "V<tab>field<tab>value<tab>name".
const Values& wireshark(const std::string& field) {
  static const std::map<std::string, Values> tables = [] {
    std::map<std::string, Values> read;
    for (const std::string& line : lines_of("tshark -G values 2>/dev/null")) {
      const std::vector<std::string> columns = base::split(line, "\t");
      if (columns.size() != 4 || columns[0] != "V" || !columns[1].starts_with("tls.")) continue;
      read[columns[1]][static_cast<std::uint32_t>(std::stoul(columns[2], nullptr, 0))] = columns[3];
    }
    return read;
  }();
  static const Values none;
  const auto found = tables.find(field);
  return found == tables.end() ? none : found->second;
}

/// Compares all values of a field; `renamed` holds those that have another name with us, and why is said beside them.
template <class Name>
void expect_same(const std::string& field, std::size_t at_least, const Values& renamed, Name name) {
  const Values& table = wireshark(field);
  ASSERT_GE(table.size(), at_least) << field;
  for (const auto& [code, theirs] : table) {
    if (theirs.find("GREASE") != std::string::npos) {
      EXPECT_TRUE(is_grease(static_cast<std::uint16_t>(code)));
      continue;
    }
    if (theirs == "Unassigned") continue;
    const auto other = renamed.find(code);
    EXPECT_EQ(name(code), other == renamed.end() ? theirs : other->second) << fmt::format("{} {:#x}", field, code);
  }
}

TEST(Wireshark, HasTheSameSuites) {
  const Values renamed{
      {0xcc13, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD"},  // the draft's, told from RFC 7905's
      {0xcc14, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256_OLD"},
      {0xcc15, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD"},
      {0xffe0, "SSL_RSA_OLDFIPS_WITH_3DES_EDE_CBC_SHA"},  // NSS's name, told from 0xfeff
      {0xffe1, "SSL_RSA_OLDFIPS_WITH_DES_CBC_SHA"},
  };
  expect_same("tls.handshake.ciphersuite", 400, renamed, [](std::uint32_t code) { return suite_name(static_cast<std::uint16_t>(code)); });
}

TEST(Wireshark, HasTheSameKindsOfSsl2) {
  for (const auto& [code, theirs] : wireshark("tls.handshake.cipherspec")) {
    if (theirs.starts_with("SSL2_")) {
      EXPECT_EQ(ssl2_suite_name(code), "SSL_CK_" + theirs.substr(5));
    }
  }
}

TEST(Wireshark, HasTheSameGroups) {
  const Values renamed{{0x0200, "MLKEM512"}, {0x0201, "MLKEM768"}, {0x0202, "MLKEM1024"}};  // liboqs's values, since given to ML-KEM
  expect_same("tls.handshake.extensions_supported_group", 100, renamed,
              [](std::uint32_t code) { return group_name(static_cast<std::uint16_t>(code)); });
}

TEST(Wireshark, HasTheSameSignatureSchemes) {
  expect_same("tls.handshake.sig_hash_alg", 50, {},
              [](std::uint32_t code) { return signature_scheme_name(static_cast<std::uint16_t>(code)); });
}

TEST(Wireshark, HasTheSameAlerts) {
  for (const auto& [code, theirs] : wireshark("tls.alert_message.desc")) EXPECT_EQ(alert_code(theirs), code) << theirs;
  EXPECT_GE(wireshark("tls.alert_message.desc").size(), 35U);
}

TEST(Wireshark, HasTheSameExtensions) {
  const Values renamed{
      {34, "delegated_credential"},           // RFC 9345 4
      {40, "key_share_draft"},                // Reserved (key_share)
      {46, "ticket_early_data_info"},         // Reserved (ticket_early_data_info)
      {53, "connection_id_deprecated"},       // connection_id (deprecated)
      {17513, "application_settings_draft"},  // draft-vvv-tls-alps moved to 17613 since
      {65445, "quic_transport_parameters_draft"},
  };
  expect_same("tls.handshake.extension.type", 60, renamed,
              [](std::uint32_t code) { return extension_name(static_cast<std::uint16_t>(code)); });
}

struct Released {
  void operator()(SSL* value) const { SSL_free(value); }
  void operator()(SSL_CTX* value) const { SSL_CTX_free(value); }
};

std::string_view libssl_authentication(int nid) {
  switch (nid) {
    case NID_auth_rsa:
      return "rsa";
    case NID_auth_ecdsa:
      return "ecdsa";
    case NID_auth_dss:
      return "dss";
    case NID_auth_psk:
      return "psk";
    case NID_auth_srp:
      return "srp";
    case NID_auth_null:
      return "anon";
    case NID_auth_any:
      return "any";
    default:
      return "another";
  }
}

std::string_view ours(Authentication authentication) {
  switch (authentication) {
    case Authentication::rsa:
      return "rsa";
    case Authentication::ecdsa:
      return "ecdsa";
    case Authentication::dss:
      return "dss";
    case Authentication::psk:
      return "psk";
    case Authentication::srp:
      return "srp";
    case Authentication::anon:
      return "anon";
    case Authentication::any:
      return "any";
    default:
      return "unlike libssl";
  }
}

std::string_view libssl_key_exchange(int nid) {
  switch (nid) {
    case NID_kx_rsa:
      return "rsa";
    case NID_kx_ecdhe:
      return "ecdhe";
    case NID_kx_dhe:
      return "dhe";
    case NID_kx_psk:
      return "psk";
    case NID_kx_dhe_psk:
      return "dhe_psk";
    case NID_kx_ecdhe_psk:
      return "ecdhe_psk";
    case NID_kx_rsa_psk:
      return "rsa_psk";
    case NID_kx_srp:
      return "srp";
    case NID_kx_any:
      return "any";
    default:
      return "another";
  }
}

std::string_view ours(KeyExchange key_exchange) {
  switch (key_exchange) {
    case KeyExchange::rsa:
      return "rsa";
    case KeyExchange::ecdhe:
      return "ecdhe";
    case KeyExchange::dhe:
      return "dhe";
    case KeyExchange::psk:
      return "psk";
    case KeyExchange::dhe_psk:
      return "dhe_psk";
    case KeyExchange::ecdhe_psk:
      return "ecdhe_psk";
    case KeyExchange::rsa_psk:
      return "rsa_psk";
    case KeyExchange::srp:
      return "srp";
    case KeyExchange::any:
      return "any";
    default:
      return "unlike libssl";
  }
}

std::string_view libssl_version(std::uint16_t version) {
  switch (version) {
    case version::ssl3:
      return "SSLv3";
    case version::tls10:
      return "TLSv1.0";
    case version::tls12:
      return "TLSv1.2";
    case version::tls13:
      return "TLSv1.3";
    default:
      return "another";
  }
}

void expect_like_libssl(const Suite& suite, const SSL_CIPHER* cipher) {
  EXPECT_EQ(suite.openssl, SSL_CIPHER_get_name(cipher));
  EXPECT_EQ(suite_code(SSL_CIPHER_get_name(cipher)), suite.code);
  EXPECT_EQ(suite_code(SSL_CIPHER_standard_name(cipher)), suite.code) << SSL_CIPHER_standard_name(cipher);
  EXPECT_EQ(ours(suite.key_exchange), libssl_key_exchange(SSL_CIPHER_get_kx_nid(cipher)));
  EXPECT_EQ(ours(suite.authentication), libssl_authentication(SSL_CIPHER_get_auth_nid(cipher)));
  EXPECT_EQ(libssl_version(suite.min_version), SSL_CIPHER_get_version(cipher));
  EXPECT_EQ(suite.key_bits, SSL_CIPHER_get_bits(cipher, nullptr));
  EXPECT_EQ(suite.mac == Hash::none, SSL_CIPHER_is_aead(cipher) == 1);
  const EVP_MD* const prf = SSL_CIPHER_get_handshake_digest(cipher);
  const bool sha384 = prf != nullptr && EVP_MD_is_a(prf, "SHA384") == 1;
  EXPECT_EQ(suite.prf == Hash::sha384, sha384);
}

TEST(Libssl, DescribesItsSuitesAsWeDo) {
  const std::unique_ptr<SSL_CTX, Released> context(SSL_CTX_new(TLS_method()));
  ASSERT_TRUE(context);
  ASSERT_EQ(SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
  ASSERT_EQ(SSL_CTX_set_ciphersuites(context.get(),
                                     "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                     "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"),
            1);
  const STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 150);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    SCOPED_TRACE(SSL_CIPHER_get_name(cipher));
    const Suite* const found = suite(SSL_CIPHER_get_protocol_id(cipher));
    ASSERT_NE(found, nullptr);
    expect_like_libssl(*found, cipher);
  }
}

/// The macros of ssl.h cast const away.
bool takes(SSL_CTX* context, int control, std::string list) { return SSL_CTX_ctrl(context, control, 0, list.data()) == 1; }

TEST(Libssl, TakesOurNamesOfGroupsAndSignatureSchemes) {
  const std::unique_ptr<SSL_CTX, Released> context(SSL_CTX_new(TLS_method()));
  for (const char* const name : {"P-256", "P-384", "P-521", "X25519", "X448", "ffdhe2048", "ffdhe8192", "brainpoolP256r1"}) {
    EXPECT_TRUE(takes(context.get(), SSL_CTRL_SET_GROUPS_LIST, name)) << name;
    const Group* const found = group(group_code(name).value_or(0));
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->openssl, name);
  }
  EXPECT_FALSE(takes(context.get(), SSL_CTRL_SET_GROUPS_LIST, "P-257"));
  for (const SignatureScheme& scheme : signature_schemes()) {
    const bool common = scheme.key == "rsa" || scheme.key == "rsa-pss" || scheme.key == "ecdsa" || scheme.key.starts_with("ed");
    if (!common || scheme.openssl.empty() || scheme.hash == "md5" || scheme.name.find("brainpool") != std::string_view::npos) continue;
    EXPECT_TRUE(takes(context.get(), SSL_CTRL_SET_SIGALGS_LIST, std::string(scheme.openssl))) << scheme.openssl;
  }
}

/// "TLS_RSA_NULL_MD5   <tab>0x00, 0x01<tab>TLS1.0"
TEST(Gnutls, HasTheSameSuites) {
  int compared = 0;
  for (const std::string& line : lines_of("gnutls-cli -l")) {
    const std::vector<std::string> columns = base::split(line, "\t");
    if (columns.size() != 3 || !columns[0].starts_with("TLS_") || columns[1].size() != 10) continue;
    const auto code = static_cast<std::uint16_t>(std::stoul(columns[1].substr(2, 2) + columns[1].substr(8, 2), nullptr, 16));
    const std::string name(base::trim(columns[0]));
    const Suite* const found = suite(code);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->gnutls, name);
    EXPECT_EQ(suite_code(name), code);
    ++compared;
  }
  EXPECT_GE(compared, 180);
}

TEST(Gnutls, HasGroupsAndSignaturesThatWeKnow) {
  for (const std::string& line : lines_of("gnutls-cli -l")) {
    if (line.starts_with("Groups: ")) {
      for (const std::string& name : base::split(line.substr(8), ", ")) EXPECT_TRUE(group_code(name)) << name;
    }
    if (line.starts_with("PK-signatures: ")) {
      const std::vector<std::string> names = base::split(line.substr(15), ", ");
      EXPECT_GE(names.size(), 30U);
      // GnuTLS also lists signatures that only certificates have, and which have no code point in TLS.
      for (const std::string& name : names) {
        const bool certificates_only = name.find("SHA3-") != std::string::npos || name.find("RMD160") != std::string::npos ||
                                       name == "SIGN-RSA-RAW" || name == "SIGN-RSA-MD2" || name.starts_with("SIGN-GOST");
        EXPECT_EQ(signature_scheme_code(name).has_value(), !certificates_only) << name;
      }
    }
  }
}

TEST(Generator, WouldWriteTheTablesThatAreCheckedIn) {
  const std::vector<std::string> output = lines_of("python3 '" WHYTLS_SOURCE_DIR "/tools/gen-registry' --check '" WHYTLS_SOURCE_DIR "'");
  EXPECT_TRUE(output.empty()) << output.front();
}

}  // namespace
}  // namespace whytls::registry
