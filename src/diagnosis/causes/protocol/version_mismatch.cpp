// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

bool below_floor(const Evidence& e) {
  const auto offered = e.list(Kind::offered_versions);
  return !offered.empty() &&
         std::none_of(offered.begin(), offered.end(), [](const std::string& v) { return v == "tls1.2" || v == "tls1.3"; });
}

}  // namespace

extern const Cause protocol_version_mismatch;
const Cause protocol_version_mismatch{
    .id = "protocol.version-mismatch",
    .title = "no TLS version in common",
    .spec = "RFC 8446 4.2.1",
    .rank = rank::version,
    .stages = {Stage::client_hello, Stage::server_hello},
    .needs = {{Kind::cures, std::string(change::version)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::version))) return std::nullopt;
      const std::string offered = titles(e.list(Kind::offered_versions));
      const std::string accepted = titles({e.text(Kind::selected_version)});
      Finding f{.confidence = pair_confidence(e, change::version), .rests_on = pair_of(e, change::version)};
      f.side = either(e, below_floor(e));
      f.summary = "the client offers " + offered + " only, the server accepts " + accepted;
      f.detail = {{"client", e.list(Kind::offered_versions)}, {"server", e.text(Kind::selected_version)}};
      if (f.side == Side::client) f.remedies = {Remedy::offer_version, Remedy::enable_version};
      return f;
    },
    .remedies = {Remedy::enable_version, Remedy::offer_version},
};

}  // namespace whytls::diagnosis
