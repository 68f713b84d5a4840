// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

/// Another protocol works, or the server says so itself; dropping the extension alone shows a mismatch only by an alert, since
/// whoever cuts every ALPN does not compare protocols.
Answer protocols_differ(const Evidence& e) {
  if (server_alert(e, "no_application_protocol") || known_yes(decides(e, change::alpn_other))) return Answer::yes;
  if (known_yes(decides(e, std::string(change::extension_added) + "application_layer_protocol_negotiation"))) return Answer::yes;
  const Answer without = decides(e, change::alpn_dropped);
  if (!known_yes(without) || e.text(Kind::failure) == "alert") return without;
  return known_no(e.is(Kind::cures, change::alpn_other)) ? Answer::no : Answer::yes;
}

}  // namespace

extern const Cause protocol_alpn_mismatch;
const Cause protocol_alpn_mismatch{
    .id = "protocol.alpn-mismatch",
    .title = "no application protocol in common",
    .spec = "RFC 7301 3.2",
    .rank = rank::extension,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate},  // TLS 1.3 servers say it behind their ServerHello
    .needs = {{Kind::cures, std::string(change::alpn_dropped)}, {Kind::cures, std::string(change::alpn_other)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(protocols_differ(e))) return std::nullopt;
      const bool says_so = server_alert(e, "no_application_protocol");
      const std::string_view pair = known_yes(decides(e, change::alpn_other)) ? change::alpn_other : change::alpn_dropped;
      Finding f{.confidence = says_so ? Confidence::certain : pair_confidence(e, pair), .rests_on = pair_of(e, pair)};
      if (says_so) f.rests_on.insert(f.rests_on.begin(), {Kind::alert, ""});
      f.side = either(e);
      const auto offered = e.list(Kind::offered_alpn);
      f.summary = offered.empty() ? "the server insists on an application protocol (ALPN), and the client offers none"
                                  : "the client offers the application protocol " + few(offered) + ", the server takes none of it";
      f.detail = {{"client", offered}, {"server", e.text(Kind::selected_alpn)}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_alpn, Remedy::accept_alpn};
      return f;
    },
    .remedies = {Remedy::accept_alpn, Remedy::offer_alpn},
};

}  // namespace whytls::diagnosis
