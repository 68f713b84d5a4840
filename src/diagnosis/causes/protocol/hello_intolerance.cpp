// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diagnosis/causes/protocol/common.h"

namespace whytls::diagnosis {
namespace {

struct Trigger {
  std::string name;  ///< detail.trigger; empty: none is shown
  std::string words;
  std::vector<std::string> changes;
  bool weak = false;  ///< something else may explain it
};

Trigger size_trigger(const Evidence& e, bool weak) {
  const protocol::Bound* bound = protocol::decisive_bound(e);
  Trigger out{"size", "a ClientHello of " + std::to_string(e.number(Kind::offered_size).value_or(0)) + " bytes", {}, weak};
  if (!e.number(Kind::offered_size)) out.words = "a large ClientHello";
  if (bound) out.changes.emplace_back(bound->change);
  if (bound) out.words += " and works below " + std::to_string(bound->bytes);
  if (protocol::padding_fails(e)) out.changes.emplace_back(change::post_quantum_dropped);
  return out;
}

/// Dropping one extension by name cures it.
Trigger named_extension(const Evidence& e) {
  for (const Kind kind : {Kind::cures, Kind::breaks})
    for (const evidence::Fact* fact : e.all(kind))
      if (fact->subject.rfind(change::extension_dropped, 0) == 0 && known_yes(e.is(kind, fact->subject))) {
        const std::string name = fact->subject.substr(change::extension_dropped.size());
        return {name, "a ClientHello with the extension " + name, {fact->subject}};
      }
  if (known_yes(decides(e, change::extended_master_secret_dropped)))
    return {"extended_master_secret",
            "a ClientHello with the extension extended_master_secret",
            {std::string(change::extended_master_secret_dropped)}};
  return {};
}

/// The same bytes in one piece work; or a small hello fails as soon as it is cut, and the one in question spans several segments.
Trigger cut(const Evidence& e) {
  for (const std::string_view whole : {change::one_segment, change::one_record})
    if (known_yes(e.is(Kind::cures, whole))) return {"fragmentation", "a ClientHello in more than one piece", {std::string(whole)}};
  if (known_yes(e.is(Kind::breaks, change::split_segments)))
    return {"fragmentation", "a ClientHello that spans two TCP segments", {std::string(change::split_segments)}};
  if (known_yes(e.is(Kind::breaks, change::split_records)))
    return {"fragmentation", "a ClientHello that spans two records", {std::string(change::split_records)}};
  return {};
}

Trigger whole_extension(const Evidence& e) {
  const auto fails_with_any = [&](std::string_view dropped, std::string_view other) {
    return known_yes(decides(e, dropped)) && known_no(e.is(Kind::cures, other));
  };
  if (fails_with_any(change::server_name_dropped, change::server_name_other) && !server_alert(e, "unrecognized_name"))
    return {"server_name", "any ClientHello with a server name", {std::string(change::server_name_dropped)}};
  if (fails_with_any(change::alpn_dropped, change::alpn_other) && e.text(Kind::failure) != "alert")
    return {"application_layer_protocol_negotiation", "any ClientHello with ALPN", {std::string(change::alpn_dropped)}};
  return {};
}

/// Size, then group, then what is narrower than a version; what only might be it last.
Trigger trigger_of(const Evidence& e) {
  if (Trigger t = cut(e); !t.name.empty()) return t;
  const Answer size = protocol::size_explains(e);
  const Answer group = protocol::group_explains(e);
  const Trigger named = named_extension(e);
  const protocol::Bound* bound = protocol::decisive_bound(e);
  const bool padded = protocol::padding_fails(e) || (bound && known_yes(e.is(Kind::breaks, bound->change)));
  if (known_yes(size) && (padded || named.name.empty())) return size_trigger(e, !padded);
  if (known_yes(group)) return {"group", "a ClientHello with a post-quantum group", {std::string(change::post_quantum_dropped)}};
  if (Trigger t = whole_extension(e); !t.name.empty()) return t;
  if (known_yes(decides(e, change::grease_dropped)))
    return {"grease", "a ClientHello with GREASE values", {std::string(change::grease_dropped)}};
  if (!named.name.empty()) return named;
  if (known_yes(e.is(Kind::cures, change::post_quantum_dropped)) && !known_no(size))
    return {"group", "a ClientHello with a post-quantum group", {std::string(change::post_quantum_dropped)}, true};
  if (bound && !known_no(size)) return size_trigger(e, true);
  if (known_yes(decides(e, change::extensions_dropped)))
    return {"extensions", "a ClientHello with these extensions", {std::string(change::extensions_dropped)}, true};
  return {};
}

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
      const Trigger trigger = trigger_of(e);
      if (trigger.name.empty()) return std::nullopt;
      const bool size = trigger.name == "size";
      const bool unacknowledged = known_no(e.is(Kind::sent_acknowledged)) && e.text(Kind::failure) == "timeout";
      if (size && unacknowledged && !known_no(decides(e, change::small_segments)))
        return std::nullopt;  // mtu-blackhole, or not yet told from it
      Finding f{.confidence = Confidence::likely};
      for (const std::string& changed : trigger.changes) {
        for (Ref& ref : pair_of(e, changed)) f.rests_on.push_back(std::move(ref));
        if (!trigger.weak) f.confidence = std::max(f.confidence, pair_confidence(e, changed));
      }
      f.summary = "the server answers " + trigger.words + " with " + failure_words(e);
      if (size) f.summary = "the server fails on " + trigger.words + " (" + failure_words(e) + ")";
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
