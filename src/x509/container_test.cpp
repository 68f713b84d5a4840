// SPDX-License-Identifier: Apache-2.0
#include "x509/container.h"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/sha.h>

#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::optional<std::string> none;

const testing::Chain& chain() {
  static const testing::Chain made = testing::Chain{}.issue();
  return made;
}

Contents open(const std::string& text, const std::optional<std::string>& passphrase = none) {
  return open_container(base::view(text), passphrase);
}
std::string bytes_of(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }
std::size_t certificates(const Contents& contents) { return count(contents, Part::Kind::certificate); }

std::string flaws(const Contents& contents) {
  std::string out;
  for (const Flaw& flaw : contents.flaws) out += std::to_string(flaw.line) + ": " + flaw.text + "\n";
  return out;
}

bool broken(const Contents& contents) {
  return std::any_of(contents.flaws.begin(), contents.flaws.end(), [](const Flaw& f) { return f.weight == Flaw::Weight::broken; });
}

/// The key as PEM, encrypted with that passphrase.
std::string locked_key(const PrivateKey& key, const std::string& passphrase, bool traditional) {
  const OwnBio bio(BIO_new(BIO_s_mem()));
  const auto* secret = reinterpret_cast<const unsigned char*>(passphrase.data());
  if (traditional)
    PEM_write_bio_PrivateKey_traditional(bio.get(), key.handle.get(), EVP_aes_128_cbc(), secret, static_cast<int>(passphrase.size()),
                                         nullptr, nullptr);
  else
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key.handle.get(), EVP_aes_256_cbc(), passphrase.data(), static_cast<int>(passphrase.size()),
                                  nullptr, nullptr);
  return drain(bio.get());
}

std::string pkcs12(const char* password, int key_cipher = 0, int certificate_cipher = 0, int rounds = 0) {
  STACK_OF(X509)* rest = sk_X509_new_null();
  sk_X509_push(rest, chain().intermediate.certificate.handle.get());
  const Own<PKCS12, PKCS12_free> store(PKCS12_create(password, "web", chain().leaf.key.handle.get(), chain().leaf.certificate.handle.get(),
                                                     rest, key_cipher, certificate_cipher, rounds, rounds == 0 ? 0 : -1, 0));
  sk_X509_free(rest);
  return bytes_of(encode(i2d_PKCS12, static_cast<const PKCS12*>(store.get())));
}

std::string pkcs7() {
  const Own<PKCS7, PKCS7_free> p7(PKCS7_new());
  PKCS7_set_type(p7.get(), NID_pkcs7_signed);
  PKCS7_content_new(p7.get(), NID_pkcs7_data);
  PKCS7_add_certificate(p7.get(), chain().leaf.certificate.handle.get());
  PKCS7_add_certificate(p7.get(), chain().intermediate.certificate.handle.get());
  return bytes_of(encode(i2d_PKCS7, static_cast<const PKCS7*>(p7.get())));
}

void write_text(base::Writer& out, std::string_view text) {
  out.prefixed16([&] { out.text(text); });
}
void write_blob(base::Writer& out, base::ByteView bytes) {
  out.u32(static_cast<std::uint32_t>(bytes.size()));
  out.bytes(bytes);
}

std::string wide(const std::string& text) {
  std::string out;
  for (const char c : text) out += std::string(1, '\0') + c;
  return out;
}

/// A JKS of one trusted certificate, as keytool writes it.
std::string jks(const std::string& password, std::uint32_t magic = 0xfeedfeed, std::uint32_t tag = 2) {
  base::Writer out;
  out.u32(magic);
  out.u32(2);
  out.u32(1);
  out.u32(tag);
  write_text(out, "my root");
  out.u32(0);
  out.u32(0);
  write_text(out, "X.509");
  write_blob(out, chain().root.certificate.der);
  std::string text = bytes_of(out.data());
  const std::string digested = wide(password) + "Mighty Aphrodite" + text;
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(base::view(digested).data(), digested.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return text + digest;
}

TEST(Pem, PartsStandInTheirOrderWithTheirLines) {
  const Contents found = open("leaf of the web server\n" + chain().leaf.pem() + "\n# its issuer\n" + chain().intermediate.pem());
  EXPECT_EQ(found.format, Format::pem);
  ASSERT_THAT(found.parts, SizeIs(2));
  EXPECT_EQ(found.parts[0].der, chain().leaf.certificate.der);
  EXPECT_EQ(found.parts[0].line, 2U);
  EXPECT_EQ(found.parts[1].der, chain().intermediate.certificate.der);
  EXPECT_TRUE(found.noise);
  EXPECT_THAT(found.flaws, IsEmpty());
  EXPECT_FALSE(open(chain().leaf.pem()).noise);
}

TEST(Pem, LineEndsOfWindowsAreNoFlaw) {
  std::string text;
  for (const char c : chain().leaf.pem()) text += c == '\n' ? "\r\n" : std::string(1, c);
  const Contents found = open(text);
  EXPECT_EQ(certificates(found), 1U);
  EXPECT_THAT(found.flaws, IsEmpty());
}

TEST(Pem, BlocksGluedTogetherAreReadAndNamed) {
  std::string glued = chain().leaf.pem();
  glued.pop_back();
  const Contents found = open(glued + chain().intermediate.pem());
  EXPECT_EQ(certificates(found), 2U);
  EXPECT_THAT(flaws(found), HasSubstr("it begins on the line on which the block before it ends"));
  EXPECT_TRUE(broken(found));
}

TEST(Pem, IndentedBlocksAreReadAndNamed) {
  std::string indented = "tls.crt: |\n  ";
  for (const char c : chain().leaf.pem()) indented += c == '\n' ? "\n  " : std::string(1, c);
  const Contents found = open(indented);
  EXPECT_EQ(certificates(found), 1U);
  EXPECT_THAT(flaws(found), HasSubstr("2: its BEGIN line is indented"));
  EXPECT_FALSE(broken(found)) << "it stands in another file's clothes, and is no file for a server";
}

TEST(Pem, WrittenOutLineEndsAreRead) {
  std::string json = "{\"certificate\": \"";
  for (const char c : chain().leaf.pem()) json += c == '\n' ? "\\n" : std::string(1, c);
  const Contents found = open(json + "\"}");
  EXPECT_EQ(certificates(found), 1U);
  EXPECT_THAT(flaws(found), HasSubstr("its line ends are written as \\n"));
}

TEST(Pem, ByteOrderMarksAreNamed) {
  EXPECT_THAT(flaws(open("\xef\xbb\xbf" + chain().leaf.pem())), HasSubstr("a byte order mark stands before it"));
  std::string wide_text = "\xff\xfe";
  for (const char c : chain().leaf.pem()) wide_text += std::string(1, c) + '\0';
  const Contents found = open(wide_text);
  EXPECT_EQ(certificates(found), 1U);
  EXPECT_THAT(flaws(found), HasSubstr("UTF-16"));
}

TEST(Pem, DamageIsNamedAndTheRestIsRead) {
  std::string damaged = chain().leaf.pem();
  damaged.erase(100, 3);
  for (const auto& [text, why] : {std::pair{damaged, "cut off or damaged"},
                                  {chain().leaf.pem().substr(0, 200) + "\n", "without its END line"},
                                  {std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), "the block is empty"},
                                  {std::string("-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n"), "no base64"}}) {
    const Contents found = open(text + chain().intermediate.pem());
    EXPECT_EQ(certificates(found), 1U) << why;
    EXPECT_THAT(flaws(found), HasSubstr(why));
    EXPECT_TRUE(found.flaws.front().certificate || std::string(why) == "without its END line") << why;
  }
}

TEST(Pem, OnlyBeginLinesTakeNoLongerThanTheirNumber) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "-----BEGIN CERTIFICATE-----";
  EXPECT_THAT(open(text).flaws, SizeIs(100));
}

TEST(Pem, KeysAreOpenedOrNamedAsLocked) {
  const Contents plain = open(chain().leaf.key_pem());
  ASSERT_THAT(plain.parts, SizeIs(1));
  EXPECT_EQ(plain.parts[0].kind, Part::Kind::key);
  EXPECT_EQ(plain.parts[0].spki_sha256, chain().leaf.certificate.spki_sha256);
  for (const bool traditional : {false, true}) {
    const std::string locked = locked_key(chain().leaf.key, "geheim", traditional);
    const Contents closed = open(locked);
    ASSERT_THAT(closed.parts, SizeIs(1)) << locked;
    EXPECT_EQ(closed.parts[0].kind, Part::Kind::locked_key);
    EXPECT_THAT(closed.parts[0].text, HasSubstr(traditional ? "traditional PEM, AES-128-CBC" : "PKCS #8, PBES2, AES-256-CBC"));
    EXPECT_EQ(open(locked, "geheim").parts[0].kind, Part::Kind::key);
    EXPECT_EQ(open(locked, "falsch").parts[0].kind, Part::Kind::locked_key);
    EXPECT_THAT(summary(closed), HasSubstr("an encrypted private key"));
  }
}

TEST(Pem, TrustSettingsOfOpensslAreSeen) {
  for (const bool rejected : {true, false}) {
    const OwnX509 x(X509_dup(chain().root.certificate.handle.get()));
    const Own<ASN1_OBJECT, ASN1_OBJECT_free> use(OBJ_nid2obj(NID_server_auth));
    if (rejected)
      X509_add1_reject_object(x.get(), use.get());
    else
      X509_add1_trust_object(x.get(), use.get());
    const OwnBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_AUX(bio.get(), x.get());
    const Contents found = open(drain(bio.get()));
    ASSERT_THAT(found.parts, SizeIs(1));
    EXPECT_EQ(found.parts[0].der, chain().root.certificate.der) << "the settings are no part of the certificate";
    EXPECT_EQ(found.parts[0].distrusted, rejected);
  }
}

TEST(Der, CertificatesOneBehindAnotherAreRead) {
  const std::string two = bytes_of(chain().leaf.certificate.der) + bytes_of(chain().intermediate.certificate.der);
  EXPECT_EQ(certificates(open(two)), 2U);
  const Contents more = open(two + "abc");
  EXPECT_EQ(certificates(more), 2U);
  EXPECT_THAT(flaws(more), HasSubstr("3 bytes behind the last structure"));
  EXPECT_EQ(open(two.substr(0, 100)).format, Format::unknown);
}

TEST(Der, RequestsSayWhatTheyAskFor) {
  const Own<X509_REQ, X509_REQ_free> request(X509_REQ_new());
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8, base::view("shop.example").data(), -1, -1, 0);
  X509_REQ_set_pubkey(request.get(), chain().leaf.key.handle.get());
  X509_REQ_sign(request.get(), chain().leaf.key.handle.get(), EVP_sha256());
  base::Bytes der = encode(i2d_X509_REQ, static_cast<const X509_REQ*>(request.get()));
  const Contents found = open(bytes_of(der));
  ASSERT_THAT(found.parts, SizeIs(1));
  EXPECT_EQ(found.parts[0].kind, Part::Kind::request);
  EXPECT_THAT(found.parts[0].text, HasSubstr("CN=shop.example"));
  EXPECT_EQ(found.parts[0].spki_sha256, chain().leaf.certificate.spki_sha256);
  EXPECT_EQ(found.parts[0].fault, "");
  der.back() = der.back() ^ 1U;
  const Contents spoilt = open(bytes_of(der));
  ASSERT_THAT(spoilt.parts, SizeIs(1));
  EXPECT_THAT(spoilt.parts[0].fault, HasSubstr("does not verify"));
}

TEST(Base64, WholeFilesAreDecoded) {
  base::Bytes text(8000);
  const std::string pem = chain().leaf.pem();
  const int size = EVP_EncodeBlock(text.data(), base::view(pem).data(), static_cast<int>(pem.size()));
  const Contents found = open(std::string(base::text(text).substr(0, static_cast<std::size_t>(size))));
  EXPECT_TRUE(found.base64);
  EXPECT_EQ(certificates(found), 1U);
  EXPECT_EQ(open("no base64 at all, but long enough to be taken for it if one were careless about it").format, Format::unknown);
}

TEST(Empty, FilesAreEmpty) {
  EXPECT_EQ(open("").format, Format::empty);
  EXPECT_EQ(open(" \n\r\n").format, Format::empty);
  EXPECT_EQ(open("x").format, Format::unknown);
}

TEST(Pkcs7, BundlesAreRead) {
  const Contents found = open(pkcs7());
  EXPECT_EQ(found.format, Format::pkcs7);
  EXPECT_EQ(certificates(found), 2U);
  EXPECT_EQ(open(pkcs7().substr(0, 300)).format, Format::unknown);
}

TEST(Pkcs12, UsualPasswordsAreTriedAndOthersAsked) {
  for (const char* password : {"", "changeit"}) {
    const Contents found = open(pkcs12(password));
    EXPECT_EQ(found.format, Format::pkcs12);
    EXPECT_EQ(certificates(found), 2U) << password;
    EXPECT_EQ(count(found, Part::Kind::key), 1U);
    EXPECT_EQ(found.password, *password == 0 ? "empty" : "changeit");
    EXPECT_FALSE(found.locked);
  }
  const Contents closed = open(pkcs12("geheim"));
  EXPECT_TRUE(closed.locked);
  EXPECT_EQ(certificates(closed), 0U);
  const Contents opened = open(pkcs12("geheim"), "geheim");
  EXPECT_FALSE(opened.locked);
  EXPECT_EQ(certificates(opened), 2U);
  EXPECT_EQ(opened.password, "");
  EXPECT_TRUE(open(pkcs12("geheim"), "falsch").locked);
}

TEST(Pkcs12, KeyAndLeafShareAnEntry) {
  const Contents found = open(pkcs12("changeit"));
  std::optional<std::size_t> of_key, of_leaf, of_other;
  for (const Part& part : found.parts) {
    if (part.kind == Part::Kind::key) of_key = part.entry;
    if (part.der == chain().leaf.certificate.der) of_leaf = part.entry;
    if (part.der == chain().intermediate.certificate.der) of_other = part.entry;
  }
  EXPECT_TRUE(of_key.has_value());
  EXPECT_EQ(of_key, of_leaf);
  EXPECT_EQ(of_other, std::nullopt);
}

TEST(Pkcs12, OldCiphersAreReadWithTheLegacyProvider) {
  const Own<OSSL_PROVIDER, OSSL_PROVIDER_unload> legacy(OSSL_PROVIDER_load(nullptr, "legacy"));
  if (legacy == nullptr) GTEST_SKIP() << "OpenSSL's legacy provider is not installed";
  const Own<OSSL_PROVIDER, OSSL_PROVIDER_unload> usual(OSSL_PROVIDER_load(nullptr, "default"));
  const std::string old = pkcs12("changeit", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And40BitRC2_CBC);
  const Contents found = open(old);
  EXPECT_EQ(certificates(found), 2U);
}

TEST(Pkcs12, WorkWithoutEndIsRefused) {
  std::string store = pkcs12("changeit", 0, 0, 70000);
  EXPECT_FALSE(open(store).locked) << "70000 rounds are done";
  // The counts in the file, 70000 as an INTEGER of three bytes, become eight million.
  const std::string usual("\x02\x03\x01\x11\x70", 5);
  std::size_t changed = 0;
  for (std::size_t at = store.find(usual); at != std::string::npos; at = store.find(usual, at + 1), ++changed) store[at + 2] = '\x7a';
  ASSERT_GT(changed, 0U);
  const auto begin = std::chrono::steady_clock::now();
  const Contents found = open(store);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_TRUE(found.locked);
  EXPECT_THAT(flaws(found), HasSubstr("digested more often"));
}

TEST(Jks, TrustedCertificatesAreAnchors) {
  const Contents found = open(jks("changeit"));
  EXPECT_EQ(found.format, Format::jks);
  ASSERT_THAT(found.parts, SizeIs(1));
  EXPECT_TRUE(found.parts[0].anchor);
  EXPECT_EQ(found.parts[0].label, "my root");
  EXPECT_EQ(found.parts[0].der, chain().root.certificate.der);
  EXPECT_EQ(found.password, "changeit");
  EXPECT_THAT(found.flaws, IsEmpty());
  EXPECT_EQ(open(jks("changeit", 0xcececece)).format, Format::jceks);
}

TEST(Jks, TheDigestIsCheckedWithThePasswordAtHand) {
  EXPECT_THAT(flaws(open(jks("geheim"))), HasSubstr("no password at hand verifies the keystore"));
  EXPECT_THAT(open(jks("geheim"), "geheim").flaws, IsEmpty());
  EXPECT_THAT(flaws(open(jks("geheim"), "falsch")), HasSubstr("the password does not verify"));
  std::string changed = jks("changeit");
  changed[30] = static_cast<char>(changed[30] ^ 1);  // within the entry's date
  EXPECT_THAT(flaws(open(changed)), HasSubstr("no password at hand verifies"));
}

TEST(Jks, CutOrStrangeListsAreDamaged) {
  const std::string whole = jks("changeit");
  for (std::size_t size = 4; size < whole.size(); size += 7) {
    const Contents found = open(whole.substr(0, size));
    EXPECT_EQ(found.format, Format::jks) << size;
    EXPECT_TRUE(broken(found)) << size;
  }
  EXPECT_TRUE(broken(open(jks("changeit", 0xfeedfeed, 7))));
  EXPECT_THAT(flaws(open(jks("changeit", 0xcececece, 3))), HasSubstr("a secret key of Java"));
}

TEST(Names, OfEntriesAreHarmless) {
  std::string store = jks("changeit");
  const std::size_t at = store.find("my root");
  store[at] = '\x1b';
  store[at + 1] = '\0';
  const Contents found = open(store);
  ASSERT_THAT(found.parts, SizeIs(1));
  EXPECT_EQ(found.parts[0].label, "\\x1b\\x00 root");
}

}  // namespace
}  // namespace whytls::x509
