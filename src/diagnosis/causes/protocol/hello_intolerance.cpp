// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diagnosis/causes/protocol/trigger.h"

namespace whytls::diagnosis {
namespace {

/// Once it is known that some extension does it: which.
std::vector<Ref> single_extensions(const Evidence& e) {
  if (!known_yes(e.is(Kind::cures, change::extensions_dropped))) return {};
  std::vector<Ref> out;
  for (const char* name :
       {"status_request", "session_ticket", "extended_master_secret", "renegotiation_info", "ec_point_formats", "encrypt_then_mac",
        "signed_certificate_timestamp", "compress_certificate", "record_size_limit", "post_handshake_auth", "delegated_credential",
        "encrypted_client_hello", "max_fragment_length", "0x4469", "0x44cd"})
    out.push_back({Kind::cures, std::string(change::extension_dropped) + name});
  return out;
}

}  // namespace

extern const Cause protocol_hello_intolerance;
const Cause protocol_hello_intolerance{
    .id = "protocol.hello-intolerance",
    .title = "the server fails on a ClientHello that the standards allow",
    .spec = "RFC 8446 4.1.2, 9.3, RFC 8701",
    .rank = rank::intolerance,
    .stages = {Stage::client_hello},
    .needs = {{Kind::cures, std::string(change::smaller_256)},
              {Kind::cures, std::string(change::smaller_512)},
              {Kind::cures, std::string(change::smaller_1400)},
              {Kind::cures, std::string(change::post_quantum_dropped)},
              {Kind::cures, std::string(change::post_quantum_padded)},
              {Kind::cures, std::string(change::grease_dropped)},
              {Kind::cures, std::string(change::extensions_dropped)},
              {Kind::cures, std::string(change::one_segment)},
              {Kind::cures, std::string(change::one_record)},
              {Kind::breaks, std::string(change::split_segments)}},
    .more_needs = single_extensions,
    .match = [](const Evidence& e) -> std::optional<Finding> {
      const protocol::Trigger trigger = protocol::trigger_of(e);
      if (trigger.name.empty()) return std::nullopt;
      const bool size = trigger.name == "size";
      const bool unacknowledged = known_no(e.is(Kind::sent_acknowledged)) && e.text(Kind::failure) == "timeout";
      if ((size || trigger.weak) && unacknowledged && !known_no(decides(e, change::small_segments)))
        return std::nullopt;  // mtu-blackhole, or not yet told from it
      Finding f{.confidence = Confidence::likely};
      for (const std::string& changed : trigger.changes) {
        for (Ref& ref : pair_of(e, changed)) f.rests_on.push_back(std::move(ref));
        if (!trigger.weak) f.confidence = std::max(f.confidence, pair_confidence(e, changed));
      }
      f.summary = "the server fails on " + trigger.words + " (" + failure_words(e) + ")";
      const bool on_the_path = unacknowledged || e.number(Kind::reset_hops_nearer).value_or(0) > 0;
      if (size) f.side = on_the_path ? Side::network : either(e);
      f.detail = {{"trigger", trigger.name}};
      if (size && !trigger.changes.empty() && protocol::decisive_bound(e))
        f.detail.emplace_back("works_below", protocol::decisive_bound(e)->bytes);
      if (trigger.weak) f.to_be_surer = "a hello of the same size without the suspected part would tell the two apart";
      return f;
    },
    .remedies = {Remedy::update_server, Remedy::shrink_hello},
};

}  // namespace whytls::diagnosis
