// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_mtu_blackhole;
const Cause network_mtu_blackhole{
    .id = "network.mtu-blackhole",
    .side = Side::network,
    .title = "small flights pass, large ones vanish",
    .spec = "RFC 2923 2.1, RFC 4821",
    .rank = rank::intolerance - 2,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::client_certificate,
               Stage::finished},
    .more_needs = [](const Evidence& e) -> std::vector<Ref> {
      if (e.text(Kind::failure) != "timeout") return {};
      return {{Kind::cures, std::string(change::small_segments)}};
    },
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (e.text(Kind::failure) != "timeout") return std::nullopt;
      const Answer small = decides(e, change::small_segments);
      const Answer lost = !e.is(Kind::sent_acknowledged);
      // Without the decisive probe: what was not acknowledged passes when it is shorter.
      const bool shorter_passes = known_yes(e.is(Kind::cures, change::smaller_1400)) ||
                                  known_yes(e.is(Kind::cures, change::post_quantum_dropped)) ||
                                  known_yes(e.is(Kind::breaks, change::smaller_1400));
      const bool inferred = small == Answer::unknown && known_yes(lost) && shorter_passes;
      if (!known_yes(small) && !inferred) return std::nullopt;
      Finding f{.confidence = inferred ? Confidence::likely : pair_confidence(e, change::small_segments),
                .rests_on = pair_of(e, change::small_segments)};
      if (e.find(Kind::sent_acknowledged)) f.rests_on.push_back({Kind::sent_acknowledged, ""});
      const bool to_server = known_yes(lost);
      f.summary = to_server
                      ? "large packets to the server vanish: the ClientHello is never acknowledged, and in small segments it gets through"
                      : "large packets from the server vanish: its answer does not arrive, and in small segments it does";
      if (inferred)
        f.summary = "large packets to the server seem to vanish: the ClientHello is never acknowledged, and a shorter one gets through";
      f.detail = {{"direction", std::string(to_server ? "to-server" : "from-server")}};
      if (const auto received = e.number(Kind::received_bytes)) f.detail.emplace_back("received_bytes", *received);
      if (inferred) f.to_be_surer = "the same hello in small TCP segments would tell it from an intolerance of the server";
      return f;
    },
    .remedies = {Remedy::clamp_mss, Remedy::fix_route},
};

}  // namespace whytls::diagnosis
