// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/time.h"
#include "diagnosis/causes/certificate/common.h"

namespace whytls::diagnosis {
namespace {

struct OtherTime {
  std::string source;
  std::int64_t ahead = 0;  ///< seconds by which the local clock is ahead of it
};

/// Times under which the chain is valid.
std::vector<OtherTime> times_that_explain(const Evidence& e) {
  std::vector<OtherTime> out;
  for (const evidence::Fact* fact : e.all(Kind::clock_ahead)) {
    const auto ahead = e.number(Kind::clock_ahead, fact->subject);
    if (ahead && *ahead != 0 && known_yes(e.is(Kind::chain_valid_by_other_clock, fact->subject))) out.push_back({fact->subject, *ahead});
  }
  return out;
}

/// Two of them agree, to within ten minutes.
bool two_agree(const std::vector<OtherTime>& times) {
  constexpr std::int64_t tolerance = 600;  // seconds
  for (std::size_t i = 0; i < times.size(); ++i)
    for (std::size_t j = i + 1; j < times.size(); ++j)
      if (std::abs(times[i].ahead - times[j].ahead) <= tolerance) return true;
  return false;
}

}  // namespace

extern const Cause configuration_clock_skew;
const Cause configuration_clock_skew{
    .id = "configuration.clock-skew",
    .side = Side::client,
    .title = "the local clock is wrong",
    .spec = "RFC 5280 6.1.3",
    .rank = certificate::row(2) - 1,
    .stages = {Stage::certificate},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool looks_so = !e.all(Kind::link_expired).empty() || !e.all(Kind::link_not_yet_valid).empty();
      if (!looks_so || known_yes(e.is(Kind::at_given)) || known_yes(e.is(Kind::completed))) return std::nullopt;
      const auto times = times_that_explain(e);
      if (times.empty()) return std::nullopt;
      const bool agreed = two_agree(times);
      Finding f{.confidence = agreed ? Confidence::certain : Confidence::likely, .stage = Stage::certificate};
      const std::int64_t ahead = times.front().ahead;
      std::vector<std::string> sources;
      for (const OtherTime& time : times) {
        sources.push_back(time.source == "date-header" ? "the server's Date header"
                          : time.source == "ocsp"      ? "its OCSP response"
                          : time.source == "responder" ? "its issuer's responder"
                                                       : time.source);
        f.rests_on.push_back({Kind::clock_ahead, time.source});
        f.rests_on.push_back({Kind::chain_valid_by_other_clock, time.source});
      }
      f.summary = "this machine's clock is " + base::how_long(std::chrono::seconds(std::abs(ahead))) + (ahead > 0 ? " ahead" : " behind") +
                  "; by the time of " + base::join(sources, " and ") + " the server's certificates are valid";
      f.detail = {{"seconds_ahead", ahead}, {"sources", sources}};
      if (!agreed) f.to_be_surer = "compare this machine's clock with another one: date -u";
      return f;
    },
    .remedies = {Remedy::correct_clock},
    .more_general = {"certificate.expired", "certificate.not-yet-valid"},
};

}  // namespace whytls::diagnosis
