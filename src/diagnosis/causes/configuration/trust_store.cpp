// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {

extern const Cause configuration_trust_store;
const Cause configuration_trust_store{
    .id = "configuration.trust-store",
    .side = Side::client,
    .title = "the local trust store is missing, empty, unreadable or outdated",
    .spec = "RFC 5280 6.1.1",
    .rank = certificate::row(6),
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool given = known_yes(e.is(Kind::store_given));
      const std::string problem = e.text(Kind::store_problem);
      const bool empty = !problem.empty() || e.number(Kind::store_roots) == 0;
      const bool untrusted = !e.text(Kind::root_untrusted).empty() || !e.all(Kind::issuer_missing).empty();
      const std::string other = e.text(Kind::other_store_has_root);
      // A store that was given by an option and works is the client's own choice: untrusted-root.
      const bool outdated = !other.empty() && !given && untrusted;
      const bool useless = empty && (untrusted || (given && !problem.empty()));
      if (known_yes(e.is(Kind::completed)) || (!outdated && !useless)) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::certificate};
      const std::string path = e.text(Kind::store_path);
      const std::string store =
          (given ? "the trust store that was given" : "this machine's trust store") + (path.empty() ? "" : " (" + path + ")");
      f.summary = !empty
                      ? store + " lacks the root \"" + certificate::bare_name(e.text(Kind::root_untrusted)) + "\", which " + other + " has"
                  : problem.empty() ? store + " holds no root"
                                    : store + " cannot be used: " + problem;
      f.detail = {{"store", path}, {"problem", problem}};
      if (!other.empty()) f.detail.emplace_back("other_store", other);
      f.rests_on = {{!empty ? Kind::other_store_has_root : problem.empty() ? Kind::store_roots : Kind::store_problem, ""}};
      f.more_general = {"certificate.untrusted-root"};
      if (empty && e.all(Kind::issuer_found).empty()) f.more_general.emplace_back("certificate.incomplete-chain");
      return f;
    },
    .remedies = {Remedy::update_trust_store},
};

}  // namespace whytls::diagnosis
