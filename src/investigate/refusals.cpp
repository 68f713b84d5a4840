// SPDX-License-Identifier: Apache-2.0
// The client in question has demands of its own: our client went on where it would have stopped.
#include <algorithm>
#include <optional>

#include "investigate/session.h"

namespace whytls::investigate {
namespace {

using diagnosis::Stage;
using evidence::Kind;
using evidence::known_no;
using evidence::known_yes;

/// An old server answers with a version below all that were offered.
bool older_than_offered(const evidence::Evidence& e) {
  const std::string version = e.text(Kind::selected_version);
  return !version.empty() && known_no(e.includes(Kind::offered_versions, version));
}

std::optional<Stage> first_refusal(const evidence::Evidence& e) {
  if (older_than_offered(e) || known_yes(e.is(Kind::violation_is_choice))) return Stage::server_hello;
  if (known_yes(e.is(Kind::downgrade_sentinel))) return Stage::server_hello;
  const std::string version = e.text(Kind::selected_version);
  if (known_no(e.is(Kind::secure_renegotiation)) && version.rfind("tls", 0) == 0 && version != "tls1.3") return Stage::server_hello;
  if (known_no(e.is(Kind::chain_trusted))) return Stage::certificate;
  if (const auto bits = e.number(Kind::dh_bits); bits && *bits < 2048) return Stage::key_exchange;
  if (known_no(e.is(Kind::signature_verifies))) return Stage::key_exchange;
  return std::nullopt;
}

}  // namespace

void apply_client_demands(Session& s) {
  const auto refusal = first_refusal(s.out.evidence);
  if (!refusal) return;
  const auto failed = diagnosis::stage_named(s.out.evidence.text(Kind::failed_stage));
  const bool failed_before = known_no(s.out.evidence.is(Kind::completed)) && failed && *failed < *refusal;
  if (failed_before) return;
  s.add(Kind::completed, false);
  s.add(Kind::failed_stage, std::string(diagnosis::stage_name(*refusal)));
  s.add(Kind::failure, std::string("client"));
}

}  // namespace whytls::investigate
