// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_incomplete_chain;
const Cause certificate_incomplete_chain{
    .id = "certificate.incomplete-chain",
    .title = "the server does not send an intermediate certificate",
    .spec = "RFC 8446 4.4.2, RFC 5280 4.2.2.1",
    .rank = certificate::row(5),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* found = certificate::nearest_to_leaf(e, Kind::issuer_found);
      const evidence::Fact* gap = certificate::nearest_to_leaf(e, Kind::issuer_missing);
      if (!found && (!gap || !certificate::looks_like_a_gap(e))) return std::nullopt;
      Finding f{.confidence = found ? Confidence::certain : Confidence::likely, .stage = Stage::certificate};
      const std::string issuer = gap ? e.text(Kind::issuer_missing, gap->subject) : certificate::missing_issuer(e, *found);
      const auto below = base::number(gap ? gap->subject : "0").value_or(0);
      const auto position = static_cast<std::int64_t>(found ? base::number(found->subject).value_or(below + 1) : below + 1);
      f.summary = "the server does not send the intermediate certificate" + (issuer.empty() ? "" : " \"" + issuer + "\"");
      f.detail = {{"position", position}, {"issuer", issuer}};
      if (gap) f.rests_on.push_back({Kind::issuer_missing, gap->subject});
      if (found) {
        const std::string where = e.text(Kind::issuer_found, found->subject);
        f.summary += certificate::found_words(where);
        f.detail.emplace_back("found", where);
        f.rests_on.push_back({Kind::issuer_found, found->subject});
        const std::string pem = e.find(Kind::issuer_found_pem, found->subject) ? e.text(Kind::issuer_found_pem, found->subject)
                                                                               : e.text(Kind::issuer_found_pem);
        if (!pem.empty()) f.detail.emplace_back("pem", pem);
      } else {
        f.more_general = {"certificate.untrusted-root"};  // the same gap; once it is filled, the root is a matter of its own
        f.to_be_surer = "the missing certificate was found nowhere; the issuer's web site has it";
      }
      // "It works in my browser": where some accept it, that is worth a line.
      if (e.has(Kind::client_kind_accepts)) f.rests_on.push_back({Kind::client_kind_accepts, ""});
      return f;
    },
    .remedies = {Remedy::serve_full_chain},
};

}  // namespace whytls::diagnosis
