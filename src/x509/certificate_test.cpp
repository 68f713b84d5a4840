// SPDX-License-Identifier: Apache-2.0
#include "x509/certificate.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "x509/pem.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Recipe rich_recipe() {
  Recipe r = leaf_recipe("www.example.com");
  r.organization = "Example, Inc.";
  r.dns.emplace_back("*.example.org");
  r.ip = {"192.0.2.7", "2001:db8::7"};
  r.email = {"a@example.com"};
  r.uri = {"https://example.com/id"};
  r.key = "rsa-2048";
  r.serial = "0123456789abcdef";
  r.must_staple = r.embedded_scts = true;
  r.ca_issuers = {"http://ca.example/ca.der"};
  r.ocsp = {"http://ocsp.example"};
  r.crl = {"http://crl.example/a.crl", "ldap://crl.example/b"};
  r.not_before = *base::parse_time("2026-01-02T03:04:05Z");
  r.not_after = *base::parse_time("2049-12-31T23:59:59Z");
  return r;
}

TEST(Certificate, is_read_whole) {
  const Minted root = must(mint(root_recipe()));
  const Minted leaf = must(mint(rich_recipe(), &root));
  const Certificate& c = leaf.certificate;
  EXPECT_EQ(c.malformed, "");
  EXPECT_EQ(c.subject, "CN=www.example.com,O=Example\\, Inc.");
  EXPECT_EQ(c.issuer, "CN=Test Root CA");
  EXPECT_EQ(c.common_name, "www.example.com");
  EXPECT_EQ(c.organization, "Example, Inc.");
  EXPECT_THAT(c.dns_names, ElementsAre("www.example.com", "*.example.org"));
  EXPECT_THAT(c.ip_addresses, ElementsAre("192.0.2.7", "2001:db8::7"));
  EXPECT_THAT(c.emails, ElementsAre("a@example.com"));
  EXPECT_THAT(c.uris, ElementsAre("https://example.com/id"));
  EXPECT_EQ(c.version, 3U);
  EXPECT_EQ(c.serial, "0123456789abcdef");
  EXPECT_EQ(base::rfc3339(c.not_before), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(base::rfc3339(c.not_after), "2049-12-31T23:59:59.000Z");
  EXPECT_EQ(c.key.name, "rsa-2048");
  EXPECT_EQ(c.key.bits, 2048U);
  EXPECT_EQ(c.signature_algorithm, "ecdsa-with-SHA256");
  EXPECT_EQ(c.signature_hash, "sha256");
  EXPECT_FALSE(c.is_ca);
  EXPECT_TRUE(c.has_basic_constraints);
  ASSERT_TRUE(c.key_usage);
  EXPECT_TRUE(c.key_usage->digital_signature && c.key_usage->key_encipherment);
  EXPECT_FALSE(c.key_usage->key_cert_sign);
  EXPECT_THAT(c.extended_key_usage.value(), ElementsAre("serverAuth"));
  EXPECT_EQ(c.authority_key_id, root.certificate.subject_key_id);
  EXPECT_THAT(c.ca_issuers, ElementsAre("http://ca.example/ca.der"));
  EXPECT_THAT(c.ocsp_urls, ElementsAre("http://ocsp.example"));
  EXPECT_THAT(c.crl_urls, ElementsAre("http://crl.example/a.crl", "ldap://crl.example/b"));
  EXPECT_TRUE(c.must_staple);
  EXPECT_EQ(c.embedded_scts, 2U);
  EXPECT_FALSE(c.self_issued);
  EXPECT_EQ(c.spki_sha256, leaf.key.spki_sha256);
}

TEST(Certificate, of_a_root_says_so) {
  Recipe r = root_recipe();
  r.path_length = 3;
  r.name_constraints = "permitted;DNS:example.com";
  const Certificate c = must(mint(r)).certificate;
  EXPECT_TRUE(c.is_ca && c.self_issued && c.self_signed && c.name_constraints);
  EXPECT_EQ(c.path_length, 3U);
  r.bad_signature = true;
  const Certificate broken = must(mint(r)).certificate;
  EXPECT_TRUE(broken.self_issued);
  EXPECT_FALSE(broken.self_signed);
}

TEST(Certificate, names_each_kind_of_key) {
  for (const char* key :
       {"rsa-1024", "rsa-pss-2048", "ec-secp224r1", "ec-secp256r1", "ec-secp256k1", "ec-brainpoolP256r1", "ed25519", "ed448", "dsa-1024"}) {
    Recipe r;
    r.key = key;
    EXPECT_EQ(must(mint(r)).certificate.key.name, key);
  }
  EXPECT_FALSE(mint_key("rsa-12", "x"));
  EXPECT_FALSE(mint_key("ec-nonsense", "x"));
  EXPECT_FALSE(mint_key("", "x"));
}

TEST(Certificate, names_the_hash_of_the_signature) {
  Recipe r;
  r.key = "rsa-2048";
  for (const char* hash : {"md5", "sha1", "sha256", "sha384", "sha512"}) {
    r.hash = hash;
    r.pss = false;
    EXPECT_EQ(must(mint(r)).certificate.signature_hash, hash);
    if (std::string_view(hash) == "md5") continue;  // libcrypto does not sign so
    r.pss = true;
    const Certificate pss = must(mint(r)).certificate;
    EXPECT_EQ(pss.signature_hash, hash);
    EXPECT_EQ(pss.signature_algorithm, "rsassaPss");
  }
  r.key = "ed25519";
  EXPECT_EQ(must(mint(r)).certificate.signature_hash, "");
}

TEST(Certificate, makes_hostile_names_harmless) {
  Recipe r = leaf_recipe("a.example");
  r.common_name = "evil\x1b[2J\xe2\x80\xae\nname";
  r.organization =
      "\xc3\x9c"
      "ber";
  const Certificate c = must(mint(r)).certificate;
  for (const std::string& text : {c.subject, c.issuer, c.common_name}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  }
  EXPECT_THAT(c.subject, HasSubstr("O=\xc3\x9c"
                                   "ber"));
}

TEST(Certificate, that_is_none_is_refused_with_a_reason) {
  for (const base::Bytes& der : {base::Bytes{}, base::Bytes{0x00}, base::Bytes{0x30, 0x80}, base::Bytes(2000000, 0x30)}) {
    const auto c = parse_certificate(der);
    ASSERT_FALSE(c);
    EXPECT_EQ(c.error().fault, base::Fault::input);
    EXPECT_THAT(c.error().what, HasSubstr("malformed"));
  }
}

TEST(Certificate, keeps_what_stands_before_the_fault) {
  const Minted root = must(mint(root_recipe()));
  Recipe r = leaf_recipe("www.example.com");
  r.malformed = true;
  const Certificate c = must(mint(r, &root)).certificate;
  EXPECT_EQ(c.handle, nullptr);
  EXPECT_THAT(c.malformed, HasSubstr("cannot be parsed"));
  EXPECT_EQ(c.subject, "CN=www.example.com");
  EXPECT_EQ(c.issuer, "CN=Test Root CA");
  EXPECT_GT(c.not_after, c.not_before);
}

TEST(Certificate, breaks_the_profile_in_ways_that_clients_refuse) {
  const auto why = [](const Recipe& r) { return must(mint(r)).certificate.malformed; };
  Recipe twice = leaf_recipe();
  twice.extensions = {{"subjectAltName", "DNS:twice.example"}};
  EXPECT_THAT(why(twice), HasSubstr("occurs twice"));
  Recipe trailing = leaf_recipe();
  base::Bytes der = must(mint(trailing)).certificate.der;
  EXPECT_EQ(examine(der).malformed, "");
  der.push_back(0);
  EXPECT_THAT(examine(der).malformed, HasSubstr("left over"));
  Recipe undecodable = leaf_recipe();
  undecodable.dns.clear();
  undecodable.extensions = {{"2.5.29.17", "DER:0500"}};
  EXPECT_EQ(why(undecodable), "the extension X509v3 Subject Alternative Name cannot be decoded");
  EXPECT_EQ(why(leaf_recipe()), "");
}

TEST(Certificate, in_pem_is_the_same) {
  const Certificate c = must(mint(leaf_recipe())).certificate;
  const PemFile file = read_pem(to_pem(c));
  ASSERT_EQ(file.blocks.size(), 1U);
  EXPECT_EQ(file.blocks.front().der, c.der);
  EXPECT_EQ(file.blocks.front().label, "CERTIFICATE");
}

TEST(Certificate, is_displayed_by_its_best_name) {
  Recipe r = leaf_recipe("a.example");
  EXPECT_EQ(display_name(must(mint(r)).certificate), "a.example");
  r.common_name.clear();
  EXPECT_EQ(display_name(must(mint(r)).certificate), "a.example");
  r.dns.clear();
  r.organization = "Org";
  EXPECT_EQ(display_name(must(mint(r)).certificate), "O=Org");
}

TEST(Signatures, verify_under_the_issuer_only) {
  Chain c;
  c.issue();
  EXPECT_EQ(verifies_under(c.leaf.certificate, c.intermediate.certificate), Verified::yes);
  EXPECT_EQ(verifies_under(c.leaf.certificate, c.root.certificate), Verified::no);
  EXPECT_EQ(verifies_under(c.leaf.certificate, Certificate{}), Verified::unknown);
  EXPECT_TRUE(names_issuer(c.leaf.certificate, c.intermediate.certificate));
  EXPECT_FALSE(names_issuer(c.leaf.certificate, c.root.certificate));
  EXPECT_EQ(compare_key_ids(c.leaf.certificate, c.intermediate.certificate), KeyIds::match);
  EXPECT_EQ(compare_key_ids(c.leaf.certificate, c.root.certificate), KeyIds::differ);
}

TEST(Pem, reads_blocks_and_names_damaged_ones) {
  const std::string good = to_pem(must(mint(leaf_recipe())).certificate);
  const PemFile two = read_pem("# comment\r\n" + good + "text between\n" + good);
  EXPECT_EQ(two.blocks.size(), 2U);
  EXPECT_TRUE(two.problems.empty());
  EXPECT_EQ(two.blocks.front().line, 2U);
  const PemFile cut = read_pem(good.substr(0, good.size() / 2) + "\n" + good);
  EXPECT_EQ(cut.blocks.size(), 1U);
  EXPECT_THAT(cut.problems, ElementsAre(HasSubstr("line 1: a block without its END line")));
  EXPECT_THAT(read_pem("-----BEGIN X-----\n@@@@\n-----END X-----\n").problems, ElementsAre(HasSubstr("not base64")));
  EXPECT_TRUE(read_pem("").blocks.empty());
}

TEST(Pem, sees_the_headers_of_traditional_encryption) {
  const PemFile file = read_pem(
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
  ASSERT_EQ(file.blocks.size(), 1U);
  EXPECT_TRUE(file.blocks.front().encrypted);
  EXPECT_EQ(file.blocks.front().der.size(), 3U);
}

}  // namespace
}  // namespace whytls::x509
