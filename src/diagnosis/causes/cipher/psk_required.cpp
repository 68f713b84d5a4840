// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {
namespace {

bool needs_shared_key(const std::string& name) {
  const registry::Suite* suite = cipher::suite_named(name);
  if (!suite) return false;
  using enum registry::KeyExchange;
  return suite->key_exchange == psk || suite->key_exchange == dhe_psk || suite->key_exchange == ecdhe_psk || suite->key_exchange == rsa_psk;
}

}  // namespace

extern const Cause cipher_psk_required;
const Cause cipher_psk_required{
    .id = "cipher.psk-required",
    .title = "the server takes pre-shared keys only, or does not know the one offered",
    .spec = "RFC 4279, RFC 8446 4.2.11",
    .rank = rank::suite - 1,
    .stages = {Stage::client_hello, Stage::server_hello, Stage::key_exchange, Stage::finished},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const bool unknown_identity = server_alert(e, "unknown_psk_identity");
      const bool dropped = known_yes(decides(e, change::psk_dropped));
      const bool only_shared = known_yes(decides(e, change::suites)) && needs_shared_key(e.text(Kind::selected_suite));
      if (!unknown_identity && !dropped && !only_shared) return std::nullopt;
      const std::string_view pair = dropped ? change::psk_dropped : change::suites;
      Finding f{.confidence = unknown_identity ? Confidence::certain : pair_confidence(e, pair), .rests_on = pair_of(e, pair)};
      if (unknown_identity) f.rests_on.insert(f.rests_on.begin(), {Kind::alert, ""});
      f.side = either(e);
      f.summary = only_shared ? "the server takes pre-shared keys only (" + e.text(Kind::selected_suite) +
                                    "), and the client offers none of these suites"
                              : "the server does not know the pre-shared key that the client offers";
      f.detail = {{"reason", std::string(only_shared ? "only-psk" : "unknown-identity")}, {"server", e.text(Kind::selected_suite)}};
      return f;
    },
    .remedies = {Remedy::set_psk},
    .more_general = {"cipher.no-common-suite"},
};

}  // namespace whytls::diagnosis
