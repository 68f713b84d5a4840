// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {

extern const Cause network_rate_limited;
const Cause network_rate_limited{
    .id = "network.rate-limited",
    .title = "the first connections are served, later ones are refused until a pause",
    .spec = "RFC 9293 3.10.7",
    .rank = rank::residual - 1,
    .stages = {Stage::tcp, Stage::proxy, Stage::starttls, Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange,
               Stage::client_certificate, Stage::finished, Stage::established},
    // A pause costs time, and limits answer by refusing, resetting, closing or silence: elsewhere it is not worth asking.
    .more_needs = [](const Evidence& e) -> std::vector<Ref> {
      const std::string failure = e.text(Kind::failure);
      const bool like_a_limit = failure == "reset" || failure == "closed" || failure == "timeout" || failure == "refused";
      if (!like_a_limit || known_yes(e.is(Kind::any_offer_works))) return {};
      return {{Kind::cures, std::string(change::pause)}};
    },
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool limited = known_yes(e.is(Kind::served_then_refused));
      const bool cured = known_yes(e.is(Kind::cures, change::pause));
      if (!limited && !cured) return std::nullopt;
      const bool served = known_yes(e.at_least(Kind::failures_not_seen, 1));
      // That the run met a limit does not yet say that the offer in question failed for it.
      Finding f{.confidence = cured && (limited || repeated(e)) ? Confidence::certain
                              : limited && served               ? Confidence::certain
                              : cured                           ? Confidence::likely
                                                                : Confidence::possible};
      if (cured) f.rests_on.push_back({Kind::cures, std::string(change::pause)});
      if (limited) f.rests_on.push_back({Kind::served_then_refused, ""});
      f.summary = "the server serves the first connections and answers later ones with " + failure_words(e) + " until a pause";
      if (const auto since = e.number(Kind::blocked_since)) f.detail = {{"blocked_since", *since}};
      if (f.confidence != Confidence::certain) f.to_be_surer = "wait some minutes and ask again with --max-connections 1";
      return f;
    },
    .remedies = {Remedy::slow_down},
    .more_general = {"network.connection-refused", "network.connection-timeout", "network.reset-in-handshake",
                     "network.closed-in-handshake", "network.handshake-timeout"},
};

}  // namespace whytls::diagnosis
