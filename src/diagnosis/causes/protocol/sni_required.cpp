// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_sni_required;
const Cause protocol_sni_required{
    .id = "protocol.sni-required",
    .side = Side::client,
    .title = "the server needs a server name, and none was sent",
    .spec = "RFC 6066 3, RFC 8446 9.2",
    .rank = rank::server_name,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate},
    .needs = {{Kind::cures, std::string(change::server_name_added)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(presupposed(e, change::server_name_added))) return std::nullopt;
      const Answer cured = decides(e, change::server_name_added);
      const bool says_so = server_alert(e, "unrecognized_name");
      if (!known_yes(cured) && (!says_so || known_no(cured))) return std::nullopt;
      const bool by_certificate = failed_at(e, {Stage::certificate});
      Finding f{.confidence = known_yes(cured) ? pair_confidence(e, change::server_name_added) : Confidence::likely};
      f.rests_on = known_yes(cured) ? pair_of(e, change::server_name_added) : std::vector<Ref>{{Kind::alert, ""}};
      f.summary =
          by_certificate
              ? "without a server name the server shows a certificate that does not hold, with one it shows the right one"
              : "without a server name the server answers with " + failure_words(e) + (known_yes(cured) ? ", with one it works" : "");
      f.detail = {{"answer", by_certificate ? "certificate" : e.text(Kind::failure)}};
      if (by_certificate) f.more_general = {"certificate.*"};
      if (!known_yes(cured)) f.to_be_surer = "ask again with --servername NAME";
      return f;
    },
    .remedies = {Remedy::send_server_name, Remedy::serve_without_name},
    .more_general = {"protocol.required-extension-missing"},
};

}  // namespace whytls::diagnosis
