// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

struct Split {
  std::vector<std::string> working, failing;
  bool working_repeated = false;
};

/// Each address by what came of it. One that this machine has no route for says nothing, nor does one that failed only once.
Split addresses_by_outcome(const Evidence& e) {
  Split out;
  for (const evidence::Fact* fact : e.all(Kind::address_outcome)) {
    const std::string& address = fact->subject;
    const char* family = address.find(':') == std::string::npos ? "ipv4" : "ipv6";
    if (known_yes(e.is(Kind::no_route_for_family, family))) continue;
    if (e.text(Kind::address_outcome, address) == "ok") {
      out.working.push_back(address);
      out.working_repeated = out.working_repeated || known_yes(e.at_least(Kind::address_successes, 2, address));
    } else if (known_yes(e.at_least(Kind::address_failures, 2, address))) {
      out.failing.push_back(address);
    }
  }
  return out;
}

}  // namespace

extern const Cause network_inconsistent_addresses;
const Cause network_inconsistent_addresses{
    .id = "network.inconsistent-addresses",
    .title = "only some of the name's addresses fail",
    .spec = "RFC 8305",
    .rank = rank::elsewhere,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const Split split = addresses_by_outcome(e);
      if (split.working.empty() || split.failing.empty()) return std::nullopt;
      Finding f{.confidence = split.working_repeated ? Confidence::certain : Confidence::likely};
      const std::string& first = split.failing.front();
      f.summary = "of the name's addresses " + few(split.working) + (split.working.size() == 1 ? " works" : " work") + " and " +
                  few(split.failing) + (split.failing.size() == 1 ? " fails" : " fail") + ": " + e.text(Kind::address_outcome, first);
      const std::string inner = e.text(Kind::address_cause, first);
      f.detail = {{"working", split.working}, {"failing", split.failing}};
      if (!inner.empty()) f.detail.emplace_back("inner", inner);
      f.rests_on = {{Kind::address_outcome, first}, {Kind::address_outcome, split.working.front()}, {Kind::address_failures, first}};
      f.more_general = {"*"};  // they speak of the failing address alone
      if (!split.working_repeated) f.to_be_surer = "the working address was asked once only";
      return f;
    },
    .remedies = {Remedy::remove_bad_address, Remedy::use_other_address},
};

}  // namespace whytls::diagnosis
