// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_tls_intercepted;
const Cause network_tls_intercepted{
    .id = "network.tls-intercepted",
    .side = Side::network,
    .title = "an inspecting proxy answers in the server's place",
    .spec = "RFC 8446 E.6",
    .rank = rank::interception,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (known_yes(e.is(Kind::completed)) || failed_at(e, {Stage::client_certificate, Stage::established})) return std::nullopt;
      const std::string product = e.text(Kind::inspecting_product);
      const bool minted = known_yes(e.is(Kind::same_issuer_for_unrelated_name));
      const std::string elsewhere = e.text(Kind::other_certificate_elsewhere);
      if (product.empty() && !minted && elsewhere.empty()) return std::nullopt;
      // A product's name alone is also on the certificates of its own web pages.
      Finding f{.confidence = minted ? Confidence::certain : Confidence::likely};
      if (minted) f.rests_on.push_back({Kind::same_issuer_for_unrelated_name, ""});
      if (!product.empty()) f.rests_on.push_back({Kind::inspecting_product, ""});
      if (!elsewhere.empty()) f.rests_on.push_back({Kind::other_certificate_elsewhere, ""});
      // It beats the certificate's faults and the missing application protocol, which are its own; other refusals come before it.
      const bool alpn =
          failed_at(e, {Stage::client_hello, Stage::server_hello}) &&
          (server_alert(e, "no_application_protocol") || known_yes(any_decides(e, {change::alpn_dropped, change::alpn_other})));
      if (!alpn) f.stage = Stage::certificate;
      const std::string issuer = e.text(Kind::leaf_issuer);
      f.summary = "an inspecting proxy answers in the server's place" + (product.empty() ? std::string() : " (" + product + ")");
      if (!issuer.empty()) f.summary += ", with a certificate issued by \"" + issuer + "\"";
      if (minted) f.summary += ", as it does for unrelated names";
      f.detail = {{"product", product}, {"issuer", issuer}};
      if (!minted) f.to_be_surer = "ask for the same name from another network: does it show another issuer?";
      return f;
    },
    .remedies = {Remedy::trust_proxy_root, Remedy::fix_proxy},
    .more_general = {"certificate.*", "protocol.alpn-mismatch", "configuration.trust-store"},
};

}  // namespace whytls::diagnosis
