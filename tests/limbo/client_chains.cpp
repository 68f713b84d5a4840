// SPDX-License-Identifier: Apache-2.0
// Writes chains on which kinds of client differ, one folder each (chain.pem, rest.pem, leaf.pem, roots.pem, key.pem), and prints what
// who_accepts() says of each: "NAME ID=yes ID=no …". clients_test.py asks the clients themselves.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "x509/clients.h"
#include "x509/mint.h"

namespace {

using namespace whytls;
using std::chrono::hours;

constexpr const char* host = "www.example.com";

/// What a server has and what a client trusts.
struct Set {
  x509::Recipe root_as = x509::root_recipe(), middle_as = x509::intermediate_recipe(), leaf_as = x509::leaf_recipe(host);
  x509::Minted root, middle, leaf;
  std::vector<x509::Certificate> chain, roots;

  void issue() {
    root = *x509::mint(root_as);
    middle = *x509::mint(middle_as, &root);
    leaf = *x509::mint(leaf_as, &middle);
    chain = {leaf.certificate, middle.certificate};
    roots = {root.certificate};
  }
};

struct Scenario {
  const char* name;
  std::function<void(Set&)> before;  ///< changes the recipes
  std::function<void(Set&)> after;   ///< changes what is sent and trusted
};

void cross_sign(Set& s) {
  x509::Recipe old_as = x509::root_recipe("Old Root");
  old_as.not_after = base::now() - hours(1);
  const x509::Minted old_root = *x509::mint(old_as);
  x509::Recipe cross = s.root_as;
  cross.not_after = base::now() - hours(1);
  s.chain.push_back(x509::mint(cross, &old_root)->certificate);
  s.roots.push_back(old_root.certificate);
}

/// About what is sent and trusted, names and purposes.
std::vector<Scenario> plain_scenarios() {
  using R = Set&;
  return {
      {"sound", {}, {}},
      {"no-intermediate", {}, [](R s) { s.chain.pop_back(); }},
      {"root-sent", {}, [](R s) { s.chain.push_back(s.root.certificate); }},
      {"wrong-order",
       {},
       [](R s) {
         s.chain = {s.leaf.certificate, s.root.certificate, s.middle.certificate};
       }},
      {"expired-cross-sign", {}, cross_sign},
      {"anchor-is-intermediate", {}, [](R s) { s.roots = {s.middle.certificate}; }},
      {"untrusted", {}, [](R s) { s.roots = {x509::mint(x509::root_recipe("Another Root"))->certificate}; }},
      {"expired", [](R s) { s.leaf_as.not_after = base::now() - hours(1); }, {}},
      {"other-name", [](R s) { s.leaf_as.dns = {"www.example.org"}; }, {}},
      {"wildcard", [](R s) { s.leaf_as.dns = {"*.example.com"}; }, {}},
      {"common-name-only",
       [](R s) {
         s.leaf_as.dns.clear();
         s.leaf_as.common_name = host;
       },
       {}},
      {"no-key-ids", [](R s) { s.leaf_as.key_ids = false; }, {}},
      {"no-purpose", [](R s) { s.leaf_as.extended_key_usage = ""; }, {}},
      {"part-of-a-label", [](R s) { s.leaf_as.dns = {"w*.example.com"}; }, {}},
      {"middle-of-a-label", [](R s) { s.leaf_as.dns = {"w*w.example.com"}; }, {}},
      {"begin-of-a-label", [](R s) { s.leaf_as.dns = {"*w.example.com"}; }, {}},
      {"wildcard-too-high", [](R s) { s.leaf_as.dns = {"*.com"}; }, {}},
      {"name-in-capitals", [](R s) { s.leaf_as.dns = {"WWW.Example.COM"}; }, {}},
      {"lasts-900-days", [](R s) { s.leaf_as.not_after = s.leaf_as.not_before + hours(24 * 900); }, {}},
      {"must-staple", [](R s) { s.leaf_as.must_staple = true; }, {}},
      {"any-purpose", [](R s) { s.leaf_as.extended_key_usage = "anyExtendedKeyUsage"; }, {}},
      {"any-purpose-above", [](R s) { s.middle_as.extended_key_usage = "anyExtendedKeyUsage"; }, {}},
      {"client-purpose", [](R s) { s.leaf_as.extended_key_usage = "clientAuth"; }, {}},
      {"client-purpose-above", [](R s) { s.middle_as.extended_key_usage = "clientAuth"; }, {}},
  };
}

/// About authorities, constraints, keys and hashes.
std::vector<Scenario> scenarios_above() {
  using R = Set&;
  return {
      {"no-ca", [](R s) { s.middle_as.ca = false; }, {}},
      {"path-length", [](R s) { s.root_as.path_length = 0; }, {}},
      {"path-length-between", [](R s) { s.middle_as.path_length = 0; },
       [](R s) {
         const x509::Minted lower = *x509::mint(x509::intermediate_recipe("Lower CA"), &s.middle);
         s.leaf = *x509::mint(s.leaf_as, &lower);
         s.chain = {s.leaf.certificate, lower.certificate, s.middle.certificate};
       }},
      {"no-basic-constraints-above", [](R s) { s.middle_as.basic_constraints = false; }, {}},
      {"root-signed-by-sha1", [](R s) { s.root_as.hash = "sha1"; }, {}},
      {"p521", [](R s) { s.leaf_as.key = "ec-secp521r1"; }, {}},
      {"p224", [](R s) { s.leaf_as.key = "ec-secp224r1"; }, {}},
      {"rsa-pss", [](R s) { s.leaf_as.key = "rsa-pss-2048"; }, {}},
      {"root-expired", [](R s) { s.root_as.not_after = base::now() - hours(1); }, {}},
      {"root-of-version-1", [](R s) { s.root_as.version = 1; }, {}},
      {"outside-constraints-of-root", [](R s) { s.root_as.name_constraints = "critical,permitted;DNS:example.org"; }, {}},
      {"wildcard-excluded",
       [](R s) {
         s.leaf_as.dns = {"*.example.com"};
         s.middle_as.name_constraints = "critical,excluded;DNS:foo.example.com";
       },
       {}},
      {"address-outside-constraints",
       [](R s) {
         s.leaf_as.ip = {"192.0.2.1"};
         s.middle_as.name_constraints = "critical,permitted;IP:198.51.100.0/255.255.255.0";
       },
       {}},
      {"authority-as-leaf",
       [](R s) {
         s.leaf_as.ca = true;
         s.leaf_as.key_usage = "critical,digitalSignature,keyCertSign";
         s.leaf_as.extended_key_usage = "serverAuth";
       },
       {}},
      {"no-certsign", [](R s) { s.middle_as.key_usage = "critical,digitalSignature"; }, {}},
      {"key-usage-of-leaf", [](R s) { s.leaf_as.key_usage = "critical,keyAgreement"; }, {}},
      {"uncritical-constraints", [](R s) { s.middle_as.name_constraints = "permitted;DNS:example.com"; }, {}},
      {"no-key-usage-above", [](R s) { s.middle_as.key_usage = ""; }, {}},
      {"ed25519", [](R s) { s.leaf_as.key = "ed25519"; }, {}},
      {"sha1-above", [](R s) { s.middle_as.hash = "sha1"; }, {}},
      {"rsa-1024-above", [](R s) { s.middle_as.key = "rsa-1024"; }, {}},
      {"rsa-1024-root", [](R s) { s.root_as.key = "rsa-1024"; }, {}},
      {"outside-constraints", [](R s) { s.middle_as.name_constraints = "critical,permitted;DNS:example.org"; }, {}},
      {"unknown-critical", [](R s) { s.leaf_as.unknown_critical = true; }, {}},
      {"bad-signature", [](R s) { s.leaf_as.bad_signature = true; }, {}},
      {"rsa-2048",
       [](R s) {
         s.leaf_as.key = "rsa-2048";
         s.middle_as.key = "rsa-2048";
       },
       {}},
      {"rsa-1024", [](R s) { s.leaf_as.key = "rsa-1024"; }, {}},
      {"sha1", [](R s) { s.leaf_as.hash = "sha1"; }, {}},
  };
}

std::string pem(const std::vector<x509::Certificate>& certificates) {
  std::string out;
  for (const x509::Certificate& c : certificates) out += x509::to_pem(c);
  return out;
}

void write(const std::filesystem::path& folder, const Set& s) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "chain.pem") << pem(s.chain);
  std::ofstream(folder / "leaf.pem") << pem({s.chain.front()});
  std::ofstream(folder / "rest.pem") << pem({s.chain.begin() + 1, s.chain.end()});
  std::ofstream(folder / "roots.pem") << pem(s.roots);
  std::ofstream(folder / "key.pem") << s.leaf.key_pem();
}

std::string answers(const Set& s) {
  const x509::TrustStore store = x509::TrustStore::of_certificates(s.roots, "referee");
  x509::ClientQuestion question;
  question.options.host = host;
  question.options.at = base::now();
  question.options.store = &store;
  question.public_root = false;
  std::vector<base::Bytes> served;
  for (const x509::Certificate& c : s.chain) served.push_back(c.der);
  std::string out;
  for (const x509::ClientView& view : x509::who_accepts(served, question))
    out += fmt::format(" {}={}", view.id,
                       view.accepts == x509::Accepts::yes  ? "yes"
                       : view.accepts == x509::Accepts::no ? "no"
                                                           : "unknown");
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<Scenario> scenarios = plain_scenarios();
  for (Scenario& scenario : scenarios_above()) scenarios.push_back(std::move(scenario));
  for (const Scenario& scenario : scenarios) {
    Set s;
    // No chain leads to another one's issuers: a client may trust the roots of all at once, and keep what it has seen.
    s.root_as.common_name = fmt::format("{} Root", scenario.name);
    s.middle_as.common_name = fmt::format("{} CA", scenario.name);
    if (scenario.before) scenario.before(s);
    s.issue();
    if (scenario.after) scenario.after(s);
    write(std::filesystem::path(argv[1]) / scenario.name, s);
    fmt::print("{}{}\n", scenario.name, answers(s));
  }
  return 0;
}
