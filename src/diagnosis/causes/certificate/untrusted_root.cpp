// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause certificate_untrusted_root;
const Cause certificate_untrusted_root{
    .id = "certificate.untrusted-root",
    .title = "the chain ends in a root that the client's store lacks",
    .spec = "RFC 5280 6.1.1",
    .rank = certificate::row(6),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const evidence::Fact* gap = certificate::nearest_to_leaf(e, Kind::issuer_missing);
      const std::string named = e.text(Kind::root_untrusted);
      // A linked chain up to an issuer that nobody has, or an issuer that calls itself a root.
      const bool by_gap = gap && e.all(Kind::issuer_found).empty() && !certificate::looks_like_a_gap(e) &&
                          known_yes(e.is(Kind::chain_linked) || e.is(Kind::issuer_calls_itself_root));
      if (named.empty() && !by_gap) return std::nullopt;
      const std::string root = certificate::bare_name(!named.empty() ? named : e.text(Kind::issuer_missing, gap->subject));
      const bool complete = !named.empty() && e.find(Kind::root_untrusted)->certainty == evidence::Certainty::observed;
      Finding f{.confidence = complete ? Confidence::certain : Confidence::likely, .stage = Stage::certificate};
      f.side = either(e);
      f.rests_on = {named.empty() ? Ref{Kind::issuer_missing, gap->subject} : Ref{Kind::root_untrusted, ""}};
      f.summary = "the chain ends in \"" + root + "\", which this client's trust store does not have";
      f.detail = {{"root", root}, {"store", e.text(Kind::store_path)}};
      if (f.side == Side::client) f.remedies = {Remedy::install_root, Remedy::update_trust_store};
      if (!complete) f.to_be_surer = "get that issuer's certificate from whoever runs it, and give it with --ca-file";
      return f;
    },
    .remedies = {Remedy::use_public_ca, Remedy::install_root},
};

}  // namespace whytls::diagnosis
