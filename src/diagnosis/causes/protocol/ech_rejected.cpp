// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause protocol_ech_rejected;
const Cause protocol_ech_rejected{
    .id = "protocol.ech-rejected",
    .title = "the encrypted hello was refused, and the fallback failed",
    .spec = "RFC 9849 6.1.6, 11.2",
    .rank = rank::server_name,
    .stages = {Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::client_certificate, Stage::finished,
               Stage::established},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool says_so = e.text(Kind::failure) == "alert" && e.text(Kind::alert) == "ech_required";
      const std::string name = e.text(Kind::offered_ech);
      // GREASE is refused by everybody, and nobody minds.
      const bool real = !name.empty() && name != "grease";
      const bool refused = real && e.find(Kind::ech_retry) != nullptr && known_no(e.is(Kind::completed));
      if (!says_so && !refused) return std::nullopt;
      Finding f{.confidence = says_so || repeated(e) ? Confidence::certain : Confidence::likely};
      f.rests_on = {{says_so ? Kind::alert : Kind::ech_retry, ""}};
      const Answer retry = e.is(Kind::ech_retry);
      f.side = known_yes(retry) ? Side::client : either(e);
      f.summary = "the server refuses the encrypted hello";
      if (known_yes(retry)) f.summary += " and sends a newer key for it: the client's configuration is out of date";
      if (known_no(retry)) f.summary += " and has no key for it";
      const std::string mismatch = e.text(Kind::name_mismatch);
      if (!mismatch.empty()) f.summary += "; its certificate does not hold for the public name " + mismatch;
      f.detail = {{"public_name", name}};
      if (e.find(Kind::ech_retry)) f.detail.emplace_back("retry_configs", known_yes(retry));
      f.more_general = {"certificate.hostname-mismatch"};
      return f;
    },
    .remedies = {Remedy::fix_ech},
};

}  // namespace whytls::diagnosis
