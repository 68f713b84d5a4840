// SPDX-License-Identifier: Apache-2.0
// Every case of the x509-limbo suite (C2SP, Apache-2.0) against judge(): prints each difference with what the suite says and what
// was found, and fails on one that no row of `reasons` argues. The cases are read from WHYTLS_SHARED or ../shared; none is copied.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "x509/judge.h"
#include "x509/pem.h"

namespace {

using namespace whytls;
using nlohmann::json;

/// Differences that are meant, by what marks a case (a feature, or the clause that it says it tests together with our rule of that
/// clause), never by its name.
struct Reason {
  const char* feature;
  const char* clause;
  const char* rule;
  const char* why;
};
constexpr Reason reasons[] = {
    {"pedantic-public-suffix-wildcard", nullptr, nullptr,
     "needs the Public Suffix List, which changes every week; CAs consult it before they issue (BR 3.2.2.6), hardly any client does"},
    {nullptr, "CABF BR 7.1.4.3", "common-name",
     "a common name that is no alternative name breaks BR 7.1.4.3, an issuer's duty; no client judges by it (RFC 9525 2), and the suite "
     "itself accepts it wherever it does not ask for it"},
};

base::Bytes der_of(const json& pem) {
  const x509::PemFile file = x509::read_pem(pem.get_ref<const std::string&>());
  return file.blocks.empty() ? base::Bytes{} : file.blocks.front().der;
}

bool has_feature(const json& test, std::string_view feature) {
  const json& features = test["features"];
  return std::find(features.begin(), features.end(), feature) != features.end();
}

/// The suite holds pairs of which only one can be met: one for RFC 5280 alone, one for the Web PKI.
x509::Profile profile_of(const json& test) {
  if (has_feature(test, "rfc5280-incompatible-with-webpki")) return x509::Profile::rfc5280;
  for (const json& other : test["conflicts_with"]) {
    if (other.get_ref<const std::string&>().starts_with("webpki::")) return x509::Profile::rfc5280;
  }
  return x509::Profile::web_pki;
}

/// The validation of RFC 5280 6.1 by itself asks for no purpose; a client does.
x509::Purpose purpose_of(const json& test) {
  if (profile_of(test) == x509::Profile::rfc5280 && test["extended_key_usage"].empty()) return x509::Purpose::any;
  return test["validation_kind"] == "CLIENT" ? x509::Purpose::client : x509::Purpose::server;
}

bool names_peer(const x509::Certificate& leaf, const json& peer) {
  const auto& value = peer["value"].get_ref<const std::string&>();
  if (peer["kind"] != "RFC822") return x509::match_host(leaf, value).covered;
  return std::find(leaf.emails.begin(), leaf.emails.end(), value) != leaf.emails.end();
}

struct Answer {
  bool accepted = false;
  std::string why;
  std::vector<std::string> rules;  ///< departures of the leaf that are no faults
};

Answer answer_to(const json& test) {
  std::vector<base::Bytes> chain{der_of(test["peer_certificate"])};
  for (const json& pem : test["untrusted_intermediates"]) chain.push_back(der_of(pem));
  std::vector<x509::Certificate> roots;
  for (const json& pem : test["trusted_certs"]) roots.push_back(x509::examine(der_of(pem)));
  const x509::TrustStore store = x509::TrustStore::of_certificates(std::move(roots), "limbo");
  x509::JudgeOptions options;
  options.store = &store;
  options.profile = profile_of(test);
  options.purpose = purpose_of(test);
  options.at = base::now();
  if (test["validation_time"].is_string())
    options.at = base::parse_time(test["validation_time"].get_ref<const std::string&>()).value_or(options.at);
  if (test["expected_peer_name"].is_object()) options.host = test["expected_peer_name"]["value"];
  if (test["max_chain_depth"].is_number()) options.most_intermediates = test["max_chain_depth"];
  for (const json& pem : test["crls"]) options.crls.push_back(x509::examine_crl(der_of(pem)));
  const x509::Judgement judgement = x509::judge(chain, options);
  for (const json& peer : test["expected_peer_names"]) {
    if (!names_peer(judgement.served.front(), peer)) return {false, "another peer name", {}};
  }
  const x509::Problem* first = judgement.first();
  Answer out{judgement.trusted, first == nullptr ? "" : fmt::format("{}@{}: {}", name(first->code), first->position, first->value), {}};
  for (const x509::Departure& d : judgement.departures.empty() ? std::vector<x509::Departure>{} : judgement.departures.front())
    out.rules.push_back(d.rule);
  return out;
}

const char* reason_for(const json& test, const Answer& answer) {
  const auto broken = [&](const char* rule) { return std::find(answer.rules.begin(), answer.rules.end(), rule) != answer.rules.end(); };
  for (const Reason& reason : reasons) {
    const bool cited =
        reason.clause != nullptr && test["description"].get_ref<const std::string&>().find(reason.clause) != std::string::npos;
    if (reason.feature != nullptr ? has_feature(test, reason.feature) : cited && answer.accepted && broken(reason.rule)) return reason.why;
  }
  return nullptr;
}

struct Count {
  int agree = 0, argued = 0, differ = 0;
  std::chrono::microseconds slowest{};
  std::string slowest_id;
};

void run(const json& test, bool all, Count& count) {
  const auto begin = std::chrono::steady_clock::now();
  const Answer answer = answer_to(test);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  const auto& id = test["id"].get_ref<const std::string&>();
  if (took > count.slowest) count.slowest = took, count.slowest_id = id;
  const bool agrees = answer.accepted == (test["expected_result"] == "SUCCESS");
  const char* reason = agrees ? nullptr : reason_for(test, answer);
  (agrees ? count.agree : reason != nullptr ? count.argued : count.differ)++;
  if (agrees && !all) return;
  const std::string found = answer.accepted ? "accepted" : answer.why;
  fmt::print("{:<7} {:<70} expected {}, found: {}\n",
             agrees              ? "agree"
             : reason != nullptr ? "argued"
                                 : "DIFFER",
             id, test["expected_result"].get_ref<const std::string&>(), found);
  if (reason != nullptr) fmt::print("        {}\n", reason);
}

std::filesystem::path shared_folder() {
  const char* given = std::getenv("WHYTLS_SHARED");  // NOLINT(concurrency-mt-unsafe): one thread
  return given != nullptr ? std::filesystem::path(given) : std::filesystem::path(WHYTLS_SOURCE_DIR).parent_path() / "shared";
}

int absent(const std::filesystem::path& path) {
  const char* ci = std::getenv("CI");  // NOLINT(concurrency-mt-unsafe): one thread
  const bool demanded = ci != nullptr && std::string_view(ci) == "true";
  fmt::print("{}: no {}\n", demanded ? "FAIL" : "SKIP", path.string());
  return demanded ? 1 : 77;
}

int run_all(const std::filesystem::path& path, bool all) {
  std::ifstream file(path);
  const json suite = json::parse(file, nullptr, false);
  if (suite.is_discarded()) return fmt::print("FAIL: {} is no JSON\n", path.string()), 1;
  Count count;
  for (const json& test : suite["testcases"]) run(test, all, count);
  fmt::print("{} cases: {} agree, {} differ as argued, {} differ; slowest {} in {} ms\n", suite["testcases"].size(), count.agree,
             count.argued, count.differ, count.slowest_id, static_cast<double>(count.slowest.count()) / 1000);
  const bool quick = count.slowest < std::chrono::seconds(1);
  if (!quick) fmt::print("FAIL: a bounded judgement takes milliseconds\n");
  return count.differ == 0 && count.agree > 0 && quick ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool all = argc > 1 && std::string_view(argv[1]) == "--all";
  const std::filesystem::path path = shared_folder() / "x509-limbo" / "limbo.json";
  try {
    return std::filesystem::exists(path) ? run_all(path, all) : absent(path);
  } catch (const std::exception& problem) {
    fmt::print("FAIL: {}\n", problem.what());
    return 1;
  }
}
