// SPDX-License-Identifier: Apache-2.0
// libcrypto's own path validation (what `openssl verify` runs) as an independent referee: on every case both must agree whether the
// chain holds, except where our floor, RFC 9525 or the rules for issuers ask for more than libcrypto at its lowest level does.
#include <openssl/x509_vfy.h>

#include <functional>

#include "x509/openssl.h"
#include "x509/testing.h"

namespace whytls::x509 {
namespace {

using namespace testing;
using std::chrono::hours;

/// X509_V_OK, or the first error; at security level 2, as Debian sets it: RSA 2048, no SHA-1.
int referee(const std::vector<base::Bytes>& served, const Certificate& root, base::Time at) {
  const QuietErrors quiet;
  using OwnStore = Own<X509_STORE, X509_STORE_free>;
  using OwnContext = Own<X509_STORE_CTX, X509_STORE_CTX_free>;
  using OwnStack = Own<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;
  const OwnStore store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.handle.get());
  const OwnStack untrusted(sk_X509_new_null());
  std::vector<Certificate> parsed;
  parsed.reserve(served.size());
  for (const base::Bytes& der : served) parsed.push_back(examine(der));
  if (parsed.empty() || parsed.front().handle == nullptr) return X509_V_ERR_UNSPECIFIED;
  for (const Certificate& c : parsed) {
    if (c.handle != nullptr) sk_X509_push(untrusted.get(), c.handle.get());
  }
  const OwnContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), parsed.front().handle.get(), untrusted.get());
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);
  X509_VERIFY_PARAM_set1_host(parameters, "www.example.com", 0);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

struct Case {
  const char* what;
  std::function<void(Chain&)> change;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"sound", [](Chain&) {}},
      {"sound, RSA", [](Chain& c) { c.root_as.key = c.intermediate_as.key = c.leaf_as.key = "rsa-2048"; }},
      {"sound, RSA-PSS signatures",
       [](Chain& c) { c.root_as.key = c.intermediate_as.key = "rsa-2048", c.intermediate_as.pss = c.leaf_as.pss = true; }},
      {"sound, RSA-PSS keys", [](Chain& c) { c.root_as.key = c.intermediate_as.key = c.leaf_as.key = "rsa-pss-2048"; }},
      {"sound, Ed25519 and Ed448", [](Chain& c) { c.root_as.key = "ed448", c.intermediate_as.key = c.leaf_as.key = "ed25519"; }},
      {"sound, P-384 and P-521", [](Chain& c) { c.root_as.key = "ec-secp521r1", c.intermediate_as.key = "ec-secp384r1"; }},
      {"sound, SHA-512", [](Chain& c) { c.leaf_as.hash = c.intermediate_as.hash = "sha512"; }},
      {"sound, without key identifiers", [](Chain& c) { c.root_as.key_ids = c.intermediate_as.key_ids = c.leaf_as.key_ids = false; }},
      {"sound, path lengths just enough", [](Chain& c) { c.root_as.path_length = 1, c.intermediate_as.path_length = 0; }},
      {"sound, root of version 1", [](Chain& c) { c.root_as.version = 1; }},
      {"sound, root with SHA-1", [](Chain& c) { c.root_as.hash = "sha1"; }},
      {"sound, wildcard", [](Chain& c) { c.leaf_as.dns = {"*.example.com"}; }},
      {"sound, permitted name", [](Chain& c) { c.intermediate_as.name_constraints = "critical,permitted;DNS:.example.com"; }},
      {"sound, no usages", [](Chain& c) { c.leaf_as.key_usage = c.leaf_as.extended_key_usage = ""; }},
      {"leaf expired", [](Chain& c) { c.leaf_as.not_after = base::now() - hours(1); }},
      {"intermediate expired", [](Chain& c) { c.intermediate_as.not_after = base::now() - hours(1); }},
      {"root expired", [](Chain& c) { c.root_as.not_after = base::now() - hours(1); }},
      {"leaf not yet valid", [](Chain& c) { c.leaf_as.not_before = base::now() + hours(1); }},
      {"intermediate not yet valid", [](Chain& c) { c.intermediate_as.not_before = base::now() + hours(1); }},
      {"other name", [](Chain& c) { c.leaf_as.dns = {"www.example.org"}; }},
      {"name in the common name only", [](Chain& c) { c.leaf_as.dns.clear(); }},
      {"wildcard too deep", [](Chain& c) { c.leaf_as.dns = {"*.com"}; }},
      {"leaf's signature broken", [](Chain& c) { c.leaf_as.bad_signature = true; }},
      {"intermediate's signature broken", [](Chain& c) { c.intermediate_as.bad_signature = true; }},
      {"intermediate is no CA", [](Chain& c) { c.intermediate_as.ca = false, c.intermediate_as.extended_key_usage = ""; }},
      {"intermediate may not sign", [](Chain& c) { c.intermediate_as.key_usage = "critical,digitalSignature"; }},
      {"path length exceeded", [](Chain& c) { c.root_as.path_length = 0; }},
      {"name not permitted", [](Chain& c) { c.intermediate_as.name_constraints = "critical,permitted;DNS:example.org"; }},
      {"name excluded by the root", [](Chain& c) { c.root_as.name_constraints = "critical,excluded;DNS:example.com"; }},
      {"address not permitted",
       [](Chain& c) {
         c.leaf_as.ip = {"192.0.2.1"};
         c.intermediate_as.name_constraints = "critical,permitted;IP:198.51.100.0/255.255.255.0";
       }},
      {"leaf for clients", [](Chain& c) { c.leaf_as.extended_key_usage = "clientAuth"; }},
      {"intermediate for clients", [](Chain& c) { c.intermediate_as.extended_key_usage = "clientAuth"; }},
      {"leaf's key for CRLs", [](Chain& c) { c.leaf_as.key_usage = "critical,cRLSign"; }},
      {"unknown critical extension", [](Chain& c) { c.leaf_as.unknown_critical = true; }},
      {"unknown critical extension of the intermediate", [](Chain& c) { c.intermediate_as.unknown_critical = true; }},
      {"weak leaf", [](Chain& c) { c.leaf_as.key = "rsa-1024"; }},
      {"weak intermediate", [](Chain& c) { c.intermediate_as.key = "rsa-1024"; }},
      {"weak root", [](Chain& c) { c.root_as.key = "rsa-1024"; }},
      {"weak curve", [](Chain& c) { c.leaf_as.key = "ec-secp192r1"; }},
      {"SHA-1", [](Chain& c) { c.intermediate_as.key = "rsa-2048", c.leaf_as.hash = "sha1"; }},
      {"MD5", [](Chain& c) { c.intermediate_as.key = "rsa-2048", c.leaf_as.hash = "md5"; }},
      {"intermediate malformed", [](Chain& c) { c.intermediate_as.malformed = true; }},
      {"leaf malformed", [](Chain& c) { c.leaf_as.malformed = true; }},
      {"intermediate of version 1", [](Chain& c) { c.intermediate_as.version = 1; }},
  };
  return all;
}

TEST(Referee, agrees_on_every_flaw) {
  EXPECT_GE(cases().size(), 40U);
  for (const Case& one : cases()) {
    Chain c;
    one.change(c);
    c.issue();
    const Judgement ours = judge_chain(c);
    const int theirs = referee(c.served(), c.root.certificate, base::now());
    EXPECT_EQ(ours.trusted, theirs == X509_V_OK)
        << one.what << ": ours " << codes(ours) << ", theirs " << X509_verify_cert_error_string(theirs);
  }
}

TEST(Referee, agrees_on_chains_served_oddly) {
  Chain c;
  c.issue();
  const base::Bytes &leaf = c.leaf.certificate.der, &intermediate = c.intermediate.certificate.der, &root = c.root.certificate.der;
  const Certificate other = must(mint(root_recipe("Other Root"))).certificate;
  const std::vector<std::vector<base::Bytes>> lists{{leaf},
                                                    {leaf, intermediate},
                                                    {leaf, root, intermediate},
                                                    {leaf, leaf, intermediate},
                                                    {leaf, root},
                                                    {leaf, intermediate, root},
                                                    {leaf, other.der, intermediate, root},
                                                    {intermediate, leaf}};
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (const Certificate& anchor : {c.root.certificate, other}) {
      const TrustStore store = TrustStore::of_certificates({anchor}, "test store");
      const Judgement ours = judge(lists[i], options_with(store));
      const int theirs = referee(lists[i], anchor, base::now());
      EXPECT_EQ(ours.trusted, theirs == X509_V_OK) << i << ": ours " << codes(ours) << ", theirs " << X509_verify_cert_error_string(theirs);
    }
  }
}

}  // namespace
}  // namespace whytls::x509
