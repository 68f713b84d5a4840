// SPDX-License-Identifier: Apache-2.0
// What of a ClientHello a server fails on: "try size, then group, then version" (docs/judgement.md, Neighbours, Size); what is
// narrower than a version comes before it too.
#pragma once

#include <string>
#include <vector>

#include "diagnosis/causes/protocol/common.h"

namespace whytls::diagnosis::protocol {

struct Trigger {
  std::string name;  ///< detail.trigger; empty: none is shown
  std::string words;
  std::vector<std::string> changes;
  bool weak = false;  ///< something else may explain it
};

inline Trigger size_trigger(const Evidence& e, bool weak) {
  const Bound* bound = decisive_bound(e);
  Trigger out{"size", "a ClientHello of " + std::to_string(e.number(Kind::offered_size).value_or(0)) + " bytes", {}, weak};
  if (!e.number(Kind::offered_size)) out.words = "a large ClientHello";
  if (bound) out.changes.emplace_back(bound->change);
  if (bound) out.words += " and works below " + std::to_string(bound->bytes);
  if (padding_fails(e)) out.changes.emplace_back(change::post_quantum_dropped);
  return out;
}

/// Dropping one extension by name cures it.
inline Trigger named_extension(const Evidence& e) {
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
inline Trigger cut(const Evidence& e) {
  for (const std::string_view whole : {change::one_segment, change::one_record})
    if (known_yes(e.is(Kind::cures, whole))) return {"fragmentation", "a ClientHello in more than one piece", {std::string(whole)}};
  if (known_yes(e.is(Kind::breaks, change::split_segments)))
    return {"fragmentation", "a ClientHello that spans two TCP segments", {std::string(change::split_segments)}};
  if (known_yes(e.is(Kind::breaks, change::split_records)))
    return {"fragmentation", "a ClientHello that spans two records", {std::string(change::split_records)}};
  return {};
}

inline Trigger whole_extension(const Evidence& e) {
  const auto fails_with_any = [&](std::string_view dropped, std::string_view other) {
    return known_yes(decides(e, dropped)) && known_no(e.is(Kind::cures, other));
  };
  const bool every_name = tried_a_known_name(e) && !server_alert(e, "unrecognized_name");
  if (every_name && fails_with_any(change::server_name_dropped, change::server_name_other))
    return {"server_name", "any ClientHello with a server name", {std::string(change::server_name_dropped)}};
  if (fails_with_any(change::alpn_dropped, change::alpn_other) && e.text(Kind::failure) != "alert")
    return {"application_layer_protocol_negotiation", "any ClientHello with ALPN", {std::string(change::alpn_dropped)}};
  return {};
}

/// Size, then group, then what is narrower than a version; what only might be it last.
inline Trigger trigger_of(const Evidence& e) {
  if (Trigger t = cut(e); !t.name.empty()) return t;
  const Answer size = size_explains(e);
  const Answer group = group_explains(e);
  Trigger named = named_extension(e);
  const Bound* bound = decisive_bound(e);
  const bool padded = padding_fails(e) || (bound && known_yes(e.is(Kind::breaks, bound->change)));
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

}  // namespace whytls::diagnosis::protocol
