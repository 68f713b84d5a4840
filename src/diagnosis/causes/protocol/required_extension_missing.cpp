// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

/// Extensions whose absence has an id of its own.
bool has_own_id(std::string_view name) {
  constexpr std::array<std::string_view, 7> own{"server_name",           "application_layer_protocol_negotiation",
                                                "supported_versions",    "supported_groups",
                                                "signature_algorithms",  "pre_shared_key",
                                                "encrypted_client_hello"};
  return std::find(own.begin(), own.end(), name) != own.end();
}

/// The change whose addition cures it, or an empty text; `name` becomes the extension's.
std::string curing_addition(const Evidence& e, std::string& name) {
  for (const evidence::Fact* fact : e.all(Kind::cures)) {
    if (!known_yes(e.is(Kind::cures, fact->subject))) continue;
    if (fact->subject == change::renegotiation_info_added) name = "renegotiation_info";
    if (fact->subject == change::extended_master_secret_added) name = "extended_master_secret";
    if (fact->subject.rfind(change::extension_added, 0) == 0) name = fact->subject.substr(change::extension_added.size());
    if (!name.empty() && !has_own_id(name)) return fact->subject;
    name.clear();
  }
  return {};
}

}  // namespace

extern const Cause protocol_required_extension_missing;
const Cause protocol_required_extension_missing{
    .id = "protocol.required-extension-missing",
    .title = "a peer insists on an extension that the other did not send",
    .spec = "RFC 8446 9.2, 4.2",
    .rank = rank::extension,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::renegotiation_info_added)},
              {Kind::cures, std::string(change::extended_master_secret_added)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      std::string name;
      const std::string added = curing_addition(e, name);
      const bool client_insists = known_yes(e.is(Kind::insists, "extended-master-secret")) &&
                                  known_no(e.is(Kind::extended_master_secret)) && failed_at(e, {Stage::server_hello}) &&
                                  known_yes(older(e.text(Kind::selected_version), "tls1.3"));
      const bool says_so = e.text(Kind::failure) == "alert" && e.text(Kind::alert) == "missing_extension";
      const bool no_name = known_yes(presupposed(e, change::server_name_added)) && !known_no(decides(e, change::server_name_added));
      if (added.empty() && !client_insists && (!says_so || no_name)) return std::nullopt;
      Finding f{.confidence = !added.empty() ? pair_confidence(e, added) : client_insists ? Confidence::certain : Confidence::likely};
      f.rests_on = !added.empty() ? pair_of(e, added) : std::vector<Ref>{{client_insists ? Kind::extended_master_secret : Kind::alert, ""}};
      if (client_insists) name = "extended_master_secret";
      const bool by_client = client_insists || (says_so && e.text(Kind::alert_from) == "client");
      f.side = by_client ? Side::server : either(e);
      f.summary = std::string("the ") + (by_client ? "client" : "server") + " insists on " +
                  (name.empty() ? "an extension" : "the extension " + name) + " that the " + (by_client ? "server" : "client") +
                  " does not send";
      f.detail = {{"extension", name}};
      if (by_client) f.remedies = {Remedy::update_server};
      if (name.empty()) f.to_be_surer = "the alert does not say which extension; the log of the side that sent it may";
      return f;
    },
    .remedies = {Remedy::send_extension, Remedy::update_server},
};

}  // namespace whytls::diagnosis
