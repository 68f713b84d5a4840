// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/protocol/common.h"

namespace whytls::diagnosis {
namespace {

/// A message that we read ourselves and found wrong.
std::optional<Finding> seen_violation(const Evidence& e) {
  const std::string violation = e.text(Kind::violation);
  if (violation.empty() || known_yes(e.is(Kind::completed))) return std::nullopt;
  const std::string by = e.text(Kind::violation_by).empty() ? "server" : e.text(Kind::violation_by);
  // A server that speaks of something else, such as suites, did read the hello.
  const bool of_something_else = e.text(Kind::failure) == "alert" && !protocol::alert_about_form(e.text(Kind::alert));
  if (by == "client" && of_something_else) return std::nullopt;
  Finding f{.confidence = repeated(e) ? Confidence::certain : Confidence::likely, .rests_on = {{Kind::violation, ""}}};
  f.side = by == "client" ? Side::client : Side::server;
  f.summary =
      "the " + by + (known_yes(e.is(Kind::violation_is_choice)) ? " chooses what was not offered: " : " breaks the protocol: ") + violation;
  f.detail = {{"rule", violation}, {"by", by}};
  return f;
}

/// A client that refuses a signature or the form of something may speak of the certificate, where nobody else sees it.
bool maybe_of_the_certificate(const Evidence& e) {
  const std::string alert = e.text(Kind::alert);
  if (alert == "decrypt_error") return true;
  const bool hidden = e.text(Kind::selected_version) == "tls1.3" && !e.find(Kind::chain_length);
  return known_yes(e.is(Kind::watched)) && hidden &&
         (alert == "decode_error" || alert == "illegal_parameter" || alert == "unexpected_message");
}

/// One side says of a message that it breaks the protocol. At the first flight every change of the offer must have been in vain.
std::optional<Finding> alleged_violation(const Evidence& e) {
  if (e.text(Kind::failure) != "alert" || !protocol::alert_about_form(e.text(Kind::alert))) return std::nullopt;
  const bool by_client = e.text(Kind::alert_from) == "client";
  if (by_client && maybe_of_the_certificate(e)) return std::nullopt;
  if (!by_client && (!repeated(e) || !known_no(e.is(Kind::any_offer_works)))) return std::nullopt;
  Finding f{.confidence = repeated(e) && e.all(Kind::untried).empty() ? Confidence::certain : Confidence::likely};
  f.rests_on = {{Kind::alert, ""}, {Kind::failures_seen, ""}};
  f.side = by_client ? Side::server : either(e);
  f.summary = std::string("the ") + (by_client ? "client" : "server") + " says by " + failure_words(e) +
              " that a message breaks the protocol" + (by_client ? "" : ", whatever is offered");
  f.detail = {{"alert", e.text(Kind::alert)}, {"by", std::string(by_client ? "server" : "client")}};
  return f;
}

}  // namespace

extern const Cause protocol_malformed;
const Cause protocol_malformed{
    .id = "protocol.malformed",
    .title = "a message breaks the protocol",
    .spec = "RFC 8446 6.2, RFC 5246 7.2.2",
    .stages = {Stage::client_hello, Stage::server_hello, Stage::certificate, Stage::key_exchange, Stage::finished, Stage::established},
    .needs = {{Kind::any_offer_works, ""}},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      auto f = seen_violation(e);
      if (!f) f = alleged_violation(e);
      if (f && f->side == Side::client) f->remedies = {Remedy::update_client};
      return f;
    },
    .remedies = {Remedy::update_server, Remedy::read_server_log},
};

}  // namespace whytls::diagnosis
