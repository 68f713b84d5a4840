// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diagnosis/causes/cipher/common.h"
#include "registry/registry.h"

namespace whytls::diagnosis {
namespace {

/// No offer works, and yet the server weighs them: what has a version that it speaks is refused for want of a suite, older ones for
/// their version. It has no suite that it can use: no certificate for them, or no parameters for DHE.
std::optional<Finding> none_usable(const Evidence& e) {
  const auto differently = e.all(Kind::ends_differently);
  const auto for_its_version = std::find_if(differently.begin(), differently.end(), [&](const evidence::Fact* fact) {
    return e.text(Kind::ends_differently, fact->subject).rfind("alert protocol_version", 0) == 0;
  });
  const bool all_tried = known_no(e.is(Kind::any_offer_works)) && repeated(e);
  if (for_its_version == differently.end() || !all_tried || !server_alert(e, "handshake_failure")) return std::nullopt;
  Finding f{.confidence = Confidence::likely, .side = Side::server};
  f.rests_on = {{Kind::alert, ""}, {Kind::ends_differently, std::string((*for_its_version)->subject)}, {Kind::any_offer_works, ""}};
  f.summary =
      "the server takes the version and refuses every suite that there is: it has none that it can use (its certificate does not fit them, "
      "or "
      "it has no DH parameters)";
  f.detail = {{"client", e.list(Kind::offered_suites)}, {"server", std::string()}};
  f.to_be_surer = "the server's log says whether it is that (\"no shared cipher\"); a server that refuses every name may look the same";
  f.remedies = {Remedy::enable_suite, Remedy::set_dh_parameters, Remedy::set_certificate};
  return f;
}

/// No server takes these unless it is told to: no encryption, nobody who proves who he is, or keys that were meant to be broken.
bool never_by_default(const std::string& name) {
  const auto code = registry::suite_code(name);
  const registry::Suite* suite = code ? registry::suite(*code) : nullptr;
  return suite && (suite->cipher == "NULL" || suite->authentication == registry::Authentication::anon || suite->export_grade);
}

/// In a capture nothing can be tried, but an offer may speak for itself.
std::optional<Finding> hopeless_offer(const Evidence& e) {
  std::vector<std::string> suites = e.list(Kind::offered_suites);
  std::erase_if(suites, [](const std::string& name) { return name.ends_with("_SCSV") || name == "grease"; });
  if (!known_yes(e.is(Kind::watched)) || suites.empty() || !std::all_of(suites.begin(), suites.end(), never_by_default))
    return std::nullopt;
  if (!server_alert(e, "handshake_failure") && !server_alert(e, "insufficient_security")) return std::nullopt;
  Finding f{.confidence = Confidence::likely, .side = Side::client, .rests_on = {{Kind::offered_suites, ""}, {Kind::alert, ""}}};
  f.summary = "the client offers " + few(suites) +
              " only, without encryption, certificate or a key that holds: servers refuse these unless told to";
  f.detail = {{"client", suites}, {"server", std::string()}};
  f.to_be_surer = "the same client with usual suites beside these, or the server's log (\"no shared cipher\")";
  f.remedies = {Remedy::offer_suite};
  return f;
}

}  // namespace

extern const Cause cipher_no_common_suite;
const Cause cipher_no_common_suite{
    .id = "cipher.no-common-suite",
    .title = "no cipher suite in common",
    .spec = "RFC 8446 4.1.1, RFC 5246 7.4.1.3",
    .rank = rank::suite,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::suites)},
              {Kind::cures, std::string(change::key_type)},
              {Kind::cures, std::string(change::groups)},
              {Kind::cures, std::string(change::signature_algorithms)}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (!known_yes(decides(e, change::suites))) {
        auto hopeless = hopeless_offer(e);
        return hopeless ? hopeless : none_usable(e);
      }
      // With the suites as they are something else cures it: they do meet (rule 3).
      const Answer meet = e.is(Kind::cures, change::groups) || e.is(Kind::cures, change::signature_algorithms);
      if (known_yes(meet)) return std::nullopt;
      Finding f{.confidence = pair_confidence(e, change::suites), .rests_on = pair_of(e, change::suites)};
      if (!known_no(meet) && !known_yes(e.is(Kind::breaks, change::suites))) {
        f.confidence = Confidence::likely;
        f.to_be_surer = "all groups, and all signature algorithms, with the same suites would tell it from those";
      }
      f.side = either(e);
      const std::string chosen = e.text(Kind::selected_suite);
      f.summary = "the client offers " + few(e.list(Kind::offered_suites)) + " only, the server " +
                  (chosen.empty() ? "accepts none of these" : "chooses " + chosen + " when all suites are offered");
      f.detail = {{"client", e.list(Kind::offered_suites)}, {"server", chosen}};
      if (cipher::only_dhe(e)) f.remedies = {Remedy::offer_suite, Remedy::set_dh_parameters};
      if (chosen.find("_anon_") != std::string::npos) {
        f.side = Side::server;
        f.summary = "the server has no certificate: it accepts anonymous suites only, which no client offers";
        f.remedies = {Remedy::set_certificate};
      } else if (f.side == Side::client && f.remedies.empty()) {
        f.remedies = {Remedy::offer_suite, Remedy::enable_suite};
      }
      return f;
    },
    .remedies = {Remedy::enable_suite, Remedy::offer_suite},
};

}  // namespace whytls::diagnosis
