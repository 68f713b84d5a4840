// SPDX-License-Identifier: Apache-2.0
// What the detail of a finding holds, where scripts rely on it.
#include <gtest/gtest.h>

#include "diagnosis/test_evidence.h"

namespace whytls::diagnosis {
namespace {

/// What a detail's key holds, as text.
std::string detail(const std::vector<std::string_view>& facts, std::string_view key) {
  const Diagnosis d = diagnose(evidence_of(facts));
  if (!d.verdict) return "no verdict";
  for (const auto& [name, value] : d.verdict->finding.detail)
    if (name == key) return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : "not a text";
  return "no such key";
}

TEST(Detail, TheTriggerOfAnIntoleranceIsNamedSizeThenGroupThenWhatIsNarrower) {
  const auto trigger = [](std::vector<std::string_view> more) {
    std::vector<std::string_view> facts{"failed_stage = client-hello", "completed = no",
                                        "failures_seen = 2",           "failure = reset",
                                        "any_offer_works = yes",       "offered_groups = X25519MLKEM768, x25519",
                                        "offered_size = 1700"};
    facts.insert(facts.end(), more.begin(), more.end());
    return detail(facts, "trigger");
  };
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes", "cures[post-quantum.padded] = no"}), "size");
  EXPECT_EQ(trigger({"breaks[size.512] = yes"}), "size");
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes", "cures[post-quantum.padded] = yes"}), "group");
  EXPECT_EQ(trigger({"cures[post-quantum.dropped] = yes"}), "group");
  EXPECT_EQ(trigger({"breaks[size.1400] = yes", "breaks[segments.split] = yes"}), "fragmentation");
  EXPECT_EQ(trigger({"cures[records.one] = yes"}), "fragmentation");
  EXPECT_EQ(trigger({"cures[grease.dropped] = yes", "cures[extensions.dropped] = yes"}), "grease");
  EXPECT_EQ(trigger({"cures[extensions.dropped] = yes", "cures[extension.dropped.status_request] = yes"}), "status_request");
  EXPECT_EQ(trigger({"cures[extended-master-secret.dropped] = yes"}), "extended_master_secret");
  EXPECT_EQ(trigger({"cures[extensions.dropped] = yes"}), "extensions");
  EXPECT_EQ(trigger({"cures[alpn.dropped] = yes", "cures[alpn.other] = no"}), "application_layer_protocol_negotiation");
  EXPECT_EQ(trigger({"breaks[size.1400] = no", "cures[size.1400] = no"}), "no verdict");
}

TEST(Detail, AProxysErrorAboutTheServerBehindItCarriesItsCause) {
  const auto inner = [](std::string_view status, std::string_view answer) {
    return detail({"failed_stage = proxy", "failure = proxy", status, answer}, "inner");
  };
  EXPECT_EQ(inner("proxy_status = 504", "proxy_answer = Gateway Timeout"), "network.connection-timeout");
  EXPECT_EQ(inner("proxy_status = 502", "proxy_answer = Bad Gateway: cannot resolve host"), "network.dns-failure");
  EXPECT_EQ(inner("proxy_status = 503", "proxy_answer = Connection refused"), "network.connection-refused");
  EXPECT_EQ(inner("proxy_status = 5", "proxy_answer = connection refused"), "network.connection-refused");
  EXPECT_EQ(inner("proxy_status = 403", "proxy_answer = Forbidden"), "no such key");
  EXPECT_EQ(inner("proxy_status = 407", "proxy_answer = Proxy Authentication Required"), "no such key");
}

TEST(Detail, WhoSpeaksPlaintextAndWhat) {
  EXPECT_EQ(detail({"failed_stage = client-hello", "completed = no", "failure = plaintext", "plaintext_protocol = ssh"}, "speaker"),
            "server");
  EXPECT_EQ(detail({"failed_stage = client-hello", "completed = no", "failure = plaintext", "plaintext_protocol = http",
                    "plaintext_speaker = client"},
                   "speaker"),
            "client");
  EXPECT_EQ(
      detail({"failed_stage = client-hello", "completed = no", "failures_seen = 2", "failure = closed", "cures[proxy-header.added] = yes"},
             "protocol"),
      "proxy-protocol");
  EXPECT_EQ(detail({"failed_stage = client-hello", "completed = no", "failure = plaintext", "plaintext_protocol = smtp",
                    "upgrade_offered[smtp] = yes"},
                   "starttls"),
            "smtp");
}

}  // namespace
}  // namespace whytls::diagnosis
