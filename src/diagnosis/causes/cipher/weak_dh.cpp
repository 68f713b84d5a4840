// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/causes/cipher/common.h"

namespace whytls::diagnosis {

extern const Cause cipher_weak_dh;
const Cause cipher_weak_dh{
    .id = "cipher.weak-dh",
    .title = "the server's Diffie-Hellman parameters are below what the client accepts",
    .spec = "RFC 9325 4.2, RFC 7919",
    .rank = rank::group,
    .stages = {Stage::key_exchange},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      constexpr std::int64_t floor = 2048;  // bits; rule 5
      const auto bits = e.number(Kind::dh_bits);
      if (!bits || *bits <= 0 || *bits >= floor || known_yes(e.is(Kind::completed))) return std::nullopt;
      // Whoever went on beyond the key exchange accepted it.
      if (failed_at(e, {Stage::client_certificate, Stage::finished, Stage::established})) return std::nullopt;
      Finding f{.confidence = Confidence::certain, .stage = Stage::key_exchange, .rests_on = {{Kind::dh_bits, ""}}};
      f.summary = "the server's Diffie-Hellman prime has " + std::to_string(*bits) + " bits, this client accepts " + std::to_string(floor) +
                  " and more";
      f.detail = {{"bits", *bits}, {"floor", floor}};
      return f;
    },
    .remedies = {Remedy::set_dh_parameters},
};

}  // namespace whytls::diagnosis
