// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

struct InnerWord {
  std::string_view word, cause;
};
/// Words of proxies (Squid's error names among them) about the server behind them.
constexpr std::array<InnerWord, 12> inner_words{{{"dns", "network.dns-failure"},
                                                 {"resolve", "network.dns-failure"},
                                                 {"unknown host", "network.dns-failure"},
                                                 {"no such host", "network.dns-failure"},
                                                 {"name or service", "network.dns-failure"},
                                                 {"refused", "network.connection-refused"},
                                                 {"timed out", "network.connection-timeout"},
                                                 {"timeout", "network.connection-timeout"},
                                                 {"unreachable", "network.unreachable"},
                                                 {"no route", "network.unreachable"},
                                                 {"reset", "network.reset-in-handshake"},
                                                 {"connect_fail", "network.connection-refused"}}};

/// SOCKS 5 has codes of its own (RFC 1928 6); 502 to 504 without words: the connection failed, or took too long.
std::string inner_cause(std::int64_t status, const std::string& answer_words) {
  if (status == 3 || status == 4 || status == 6) return "network.unreachable";
  if (status == 5) return "network.connection-refused";
  if (status < 502 || status > 504) return {};
  const std::string words = base::lower(answer_words);
  if (status != 504)
    for (const InnerWord& row : inner_words)
      if (words.find(row.word) != std::string::npos) return std::string(row.cause);
  return status == 504 ? "network.connection-timeout" : "network.connection-refused";
}

}  // namespace

extern const Cause network_proxy_refused;
const Cause network_proxy_refused{
    .id = "network.proxy-refused",
    .side = Side::network,
    .title = "the proxy refuses to connect to the server",
    .spec = "RFC 9110 9.3.6, RFC 1928 6",
    .stages = {Stage::proxy},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const auto status = e.number(Kind::proxy_status);
      if (!status) return std::nullopt;
      const std::string said = e.text(Kind::proxy_answer);
      const std::string inner = inner_cause(*status, said);
      const std::string proxy = e.text(Kind::proxy_name);
      Finding f{.confidence = Confidence::certain, .rests_on = {{Kind::proxy_status, ""}, {Kind::proxy_answer, ""}}};
      constexpr std::string_view who = "the proxy";
      const std::string answer = said.starts_with(who) ? said.substr(who.size())
                                                       : std::string(" answers with ") + (*status < 100 ? "SOCKS reply " : "status ") +
                                                             std::to_string(*status) + (said.empty() ? "" : " (" + said + ")");
      f.summary = std::string(who) + (proxy.empty() ? "" : " " + proxy) + answer + (inner.empty() ? "" : ": it cannot reach the server");
      f.detail = {{"status", *status}};
      if (!inner.empty()) f.detail.emplace_back("inner", inner);
      if (!proxy.empty()) f.detail.emplace_back("proxy", proxy);
      if (*status == 407) f.remedies = {Remedy::authenticate_to_proxy};
      return f;
    },
    .remedies = {Remedy::fix_proxy},
};

}  // namespace whytls::diagnosis
