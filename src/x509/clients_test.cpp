// SPDX-License-Identifier: Apache-2.0
#include "x509/clients.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "base/text.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::year;
using ::testing::HasSubstr;

struct Asked : ::testing::Test {
  Chain c;
  ClientQuestion question;
  TrustStore store;
  std::vector<ClientView> views;

  /// `served`: nothing for the usual chain.
  void ask(const std::vector<base::Bytes>& served = {}) {
    if (c.leaf.sound == nullptr) c.issue();
    store = c.store();
    question.options.host = "www.example.com";
    if (question.options.at == base::Time{}) question.options.at = base::now();
    question.options.store = &store;
    views = who_accepts(served.empty() ? c.served() : served, question);
  }
  const ClientView& view(const std::string& id) const {
    static const ClientView none;
    const auto found = std::find_if(views.begin(), views.end(), [&](const ClientView& v) { return v.id == id; });
    return found == views.end() ? none : *found;
  }
  /// "chrome firefox", in the order of the table.
  std::string who(Accepts answer) const {
    std::vector<std::string> out;
    for (const ClientView& v : views) {
      if (v.accepts == answer) out.push_back(v.id);
    }
    return base::join(out, " ");
  }
  std::string why(const std::string& id) const { return base::join(view(id).reasons, "; "); }
};

TEST_F(Asked, a_sound_private_chain_is_accepted_by_all) {
  question.public_root = false;
  c.root_as.not_before = std::chrono::sys_days{year{2010} / 1 / 1};
  ask();
  EXPECT_EQ(who(Accepts::no), "");
  EXPECT_EQ(who(Accepts::unknown), "old-store");
  for (const ClientView& v : views) EXPECT_EQ(v.accepts == Accepts::yes, v.reasons.empty()) << v.id << ": " << base::join(v.reasons, "; ");
}

TEST_F(Asked, a_missing_intermediate_fails_only_those_that_do_not_fetch_it) {
  question.public_root = false;
  c.leaf_as.ca_issuers = {"http://ca.example/i.der"};
  c.issue();
  question.options.extra = {{c.intermediate.certificate, "http://ca.example/i.der"}};
  ask({c.leaf.certificate.der});
  EXPECT_EQ(who(Accepts::yes), "chrome firefox safari");
  EXPECT_EQ(who(Accepts::no), "openssl curl openssl-strict openssl-1.0 gnutls java go nss old-store");
  EXPECT_THAT(why("openssl"), HasSubstr("unable to get local issuer certificate"));
}

TEST_F(Asked, what_was_not_fetched_is_unknown_for_those_that_would) {
  question.public_root = false;
  c.leaf_as.ca_issuers = {"http://ca.example/i.der"};
  c.issue();
  ask({c.leaf.certificate.der});
  EXPECT_EQ(view("chrome").accepts, Accepts::unknown);
  EXPECT_THAT(why("chrome"), HasSubstr("http://ca.example/i.der"));
  EXPECT_EQ(view("go").accepts, Accepts::no);
}

TEST_F(Asked, without_an_address_nobody_can_fetch) {
  question.public_root = false;
  c.issue();
  ask({c.leaf.certificate.der});
  EXPECT_EQ(view("chrome").accepts, Accepts::no);
}

TEST_F(Asked, must_staple_binds_firefox_and_gnutls) {
  question.public_root = false;
  c.leaf_as.must_staple = true;
  ask();
  EXPECT_EQ(who(Accepts::no), "firefox gnutls old-store");
  EXPECT_THAT(why("firefox"), HasSubstr("RFC 7633"));
  const auto staple = mint_ocsp(c.leaf, c.intermediate);
  ASSERT_TRUE(staple);
  question.options.staples = {*staple};
  ask();
  EXPECT_EQ(view("firefox").accepts, Accepts::yes) << why("firefox");
}

TEST_F(Asked, transparency_binds_browsers_under_public_roots) {
  question.public_root = true;
  ask();
  EXPECT_EQ(who(Accepts::no), "chrome firefox safari old-store");
  EXPECT_THAT(why("chrome"), HasSubstr("2 logs, 0 came"));
  question.public_root = std::nullopt;
  ask();
  EXPECT_EQ(view("chrome").accepts, Accepts::unknown);
  EXPECT_THAT(why("chrome"), HasSubstr("if its root is a public one"));
  Sct one;
  Sct two;
  two.log.fill(2);
  question.timestamps = {one, two};
  question.public_root = true;
  ask();
  EXPECT_EQ(view("chrome").accepts, Accepts::yes) << why("chrome");
}

TEST_F(Asked, a_long_lifetime_binds_apple_and_under_public_roots_chrome) {
  c.leaf_as.not_after = c.leaf_as.not_before + hours(24 * 900);
  question.public_root = false;
  ask();
  EXPECT_EQ(view("safari").accepts, Accepts::no);
  EXPECT_THAT(why("safari"), HasSubstr("825"));
  EXPECT_EQ(view("chrome").accepts, Accepts::yes);
  question.public_root = true;
  ask();
  EXPECT_THAT(why("chrome"), HasSubstr("398"));
}

TEST_F(Asked, apple_demands_a_purpose) {
  question.public_root = false;
  c.leaf_as.extended_key_usage = "";
  ask();
  EXPECT_EQ(view("safari").accepts, Accepts::no);
  EXPECT_EQ(view("chrome").accepts, Accepts::yes);
  EXPECT_EQ(view("openssl").accepts, Accepts::yes);
}

TEST_F(Asked, openssl_does_not_take_any_purpose_for_this_one) {
  question.public_root = false;
  c.leaf_as.extended_key_usage = "anyExtendedKeyUsage";
  ask();
  EXPECT_EQ(view("openssl").accepts, Accepts::no);
  EXPECT_THAT(why("openssl"), HasSubstr("purpose"));
  EXPECT_EQ(view("go").accepts, Accepts::yes);
}

TEST_F(Asked, python_since_3_13_keeps_to_the_letter) {
  question.public_root = false;
  c.leaf_as.key_ids = false;
  ask();
  EXPECT_EQ(view("openssl-strict").accepts, Accepts::no);
  EXPECT_THAT(why("openssl-strict"), HasSubstr("Authority Key Identifier"));
  EXPECT_EQ(view("openssl").accepts, Accepts::yes);
  EXPECT_EQ(view("curl").accepts, Accepts::yes);
}

TEST_F(Asked, an_intermediate_as_anchor_needs_a_client_that_takes_one) {
  question.public_root = false;
  c.issue();
  c.root = c.intermediate;  // what the store holds
  ask({c.leaf.certificate.der});
  EXPECT_EQ(view("openssl").accepts, Accepts::no);
  EXPECT_EQ(view("curl").accepts, Accepts::yes) << why("curl");
  EXPECT_EQ(view("go").accepts, Accepts::yes);
}

TEST_F(Asked, only_the_common_name_is_enough_for_some) {
  question.public_root = false;
  c.leaf_as.dns.clear();
  c.leaf_as.common_name = "www.example.com";
  ask();
  EXPECT_EQ(view("java").accepts, Accepts::yes) << why("java");
  EXPECT_EQ(view("openssl").accepts, Accepts::yes) << why("openssl");
  EXPECT_EQ(view("chrome").accepts, Accepts::no);
  EXPECT_EQ(view("go").accepts, Accepts::no);
}

/// As in September 2021: the new root is cross-signed by an old one that has expired, and the server still sends that.
TEST_F(Asked, an_expired_cross_sign_that_is_still_sent_fails_who_follows_it) {
  question.public_root = false;
  c.issue();
  Recipe old_as = root_recipe("Old Root");
  old_as.not_after = base::now() - hours(1);
  const Minted old_root = must(mint(old_as));
  Recipe cross = c.root_as;
  cross.not_after = base::now() - hours(1);
  const Minted crossed = must(mint(cross, &old_root));
  store = TrustStore::of_certificates({c.root.certificate, old_root.certificate}, "both");
  question.options.host = "www.example.com";
  question.options.at = base::now();
  question.options.store = &store;
  views = who_accepts({c.leaf.certificate.der, c.intermediate.certificate.der, crossed.certificate.der}, question);
  EXPECT_EQ(view("openssl-1.0").accepts, Accepts::no);
  EXPECT_THAT(why("openssl-1.0"), HasSubstr("expired"));
  EXPECT_EQ(view("openssl").accepts, Accepts::yes) << why("openssl");
  EXPECT_EQ(view("chrome").accepts, Accepts::yes) << why("chrome");
}

TEST_F(Asked, an_old_store_cannot_hold_a_young_root) {
  question.public_root = false;
  c.root_as.not_before = std::chrono::sys_days{year{2020} / 9 / 4};
  ask();
  EXPECT_EQ(view("old-store").accepts, Accepts::no);
  EXPECT_THAT(why("old-store"), HasSubstr("made on 2020-09-04"));
  question.old_store = std::chrono::sys_days{year{2021} / 1 / 1};
  ask();
  EXPECT_EQ(view("old-store").accepts, Accepts::unknown);
}

TEST_F(Asked, small_keys_are_a_matter_of_taste) {
  question.public_root = false;
  c.leaf_as.key = "rsa-1024";
  ask();
  EXPECT_EQ(view("openssl").accepts, Accepts::no);
  EXPECT_EQ(view("safari").accepts, Accepts::no);
  EXPECT_EQ(view("java").accepts, Accepts::yes) << why("java");
}

TEST_F(Asked, nothing_that_is_no_certificate_is_accepted) {
  c.issue();
  ask({{0x30, 0x00}});
  EXPECT_EQ(who(Accepts::yes), "");
  EXPECT_EQ(who(Accepts::unknown), "");
  store = c.store();
  EXPECT_FALSE(who_accepts({}, question).empty());
}

TEST_F(Asked, keys_without_a_signature_scheme_end_the_handshake) {
  question.public_root = false;
  c.leaf_as.key = "ed25519";
  c.issue();
  ask();
  EXPECT_EQ(who(Accepts::no), "chrome firefox safari nss old-store");
  EXPECT_THAT(why("chrome"), HasSubstr("offers no signature scheme"));
  c.leaf_as.key = "ec-secp521r1";
  c.issue();
  ask();
  EXPECT_EQ(who(Accepts::no), "chrome safari old-store");
  c.leaf_as.key = "ec-secp224r1";
  c.issue();
  ask();
  EXPECT_EQ(who(Accepts::yes), "openssl-1.0");
}

TEST_F(Asked, a_wildcard_within_a_label_is_read_by_some) {
  question.public_root = false;
  c.leaf_as.dns = {"w*.Example.com"};
  c.issue();
  ask();
  EXPECT_EQ(who(Accepts::yes), "openssl openssl-1.0 java nss");
  for (const char* other : {"x*.example.com", "www*www.example.com", "w*.example.org", "w*", "w**.example.com", "www.*.com"}) {
    c.leaf_as.dns = {other};
    c.issue();
    ask();
    EXPECT_EQ(who(Accepts::yes), "") << other;
  }
}

TEST_F(Asked, an_authority_as_a_leaf_and_any_purpose_end_at_mozillas_libraries) {
  question.public_root = false;
  c.leaf_as.extended_key_usage = "anyExtendedKeyUsage";
  c.issue();
  ask();
  EXPECT_EQ(view("firefox").accepts, Accepts::no);
  EXPECT_EQ(view("nss").accepts, Accepts::no);
  EXPECT_EQ(view("chrome").accepts, Accepts::yes);
  c.leaf_as.extended_key_usage = "anyExtendedKeyUsage,serverAuth";
  c.issue();
  ask();
  EXPECT_EQ(view("firefox").accepts, Accepts::yes) << why("firefox");
  c.leaf_as.extended_key_usage = "serverAuth";
  c.leaf_as.ca = true;
  c.leaf_as.key_usage = "critical,digitalSignature,keyCertSign";
  c.issue();
  ask();
  EXPECT_EQ(view("firefox").accepts, Accepts::no);
  EXPECT_EQ(view("go").accepts, Accepts::yes);
}

}  // namespace
}  // namespace whytls::x509
