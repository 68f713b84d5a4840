// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

namespace whytls::diagnosis {
namespace {

struct Plain {
  std::string protocol, speaker, summary;
  std::vector<Remedy> remedies;
};

bool has_name(const std::string& protocol) { return !protocol.empty() && protocol != "unknown" && protocol != "text"; }

std::string spelled(const std::string& protocol) {
  if (!has_name(protocol)) return "something that is no TLS";
  std::string out = protocol;
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out + " in plaintext";
}

/// Who spoke what, from the bytes or from a pair that shows what the peer waits for.
Plain plaintext_spoken(const Evidence& e) {
  if (known_yes(decides(e, change::proxy_header_added)) || e.text(Kind::plaintext_protocol) == "proxy-protocol")
    return {"proxy-protocol",
            "server",
            "the server expects a PROXY protocol header before TLS, and this client sends none",
            {Remedy::send_proxy_protocol}};
  if (e.text(Kind::plaintext_protocol) == "tls-in-tls")
    return {"tls-in-tls", "server", "inside TLS the server speaks TLS once more: it is wrapped twice", {Remedy::unwrap_tls}};
  if (known_yes(decides(e, change::starttls_dropped)))
    return {e.text(Kind::starttls),
            "client",
            "the client begins with " + spelled(e.text(Kind::starttls)) + ", the server speaks TLS from the start",
            {Remedy::speak_tls}};
  if (e.text(Kind::plaintext_speaker) == "client")
    return {e.text(Kind::plaintext_protocol),
            "client",
            "the client speaks " + spelled(e.text(Kind::plaintext_protocol)) + ", the server expects TLS",
            {Remedy::speak_tls}};
  if (e.text(Kind::plaintext_protocol) == "damaged-alert")
    return {"damaged-alert",
            "server",
            "the server answers with bytes that are no TLS, though they have the shape of an alert",
            {Remedy::update_server, Remedy::read_server_log}};
  if (const std::string protocol = e.text(Kind::plaintext_protocol); !protocol.empty())
    return {protocol,
            "server",
            "the server " +
                (has_name(protocol) ? "speaks " + spelled(protocol) + " on this port, not TLS" : "answers with " + spelled(protocol)),
            {}};
  return {};
}

}  // namespace

extern const Cause protocol_not_tls;
const Cause protocol_not_tls{
    .id = "protocol.not-tls",
    .title = "one side speaks plaintext where the other expects TLS",
    .spec = "RFC 8446 5.1",
    .stages = {},
    .match = [](const Evidence& e) -> std::optional<Finding> {
      if (known_yes(e.is(Kind::completed))) return std::nullopt;
      Plain plain = plaintext_spoken(e);
      if (plain.summary.empty()) return std::nullopt;
      // What cannot even be read might be TLS that was damaged on its way.
      Finding f{.confidence = plain.protocol == "unknown" || plain.protocol == "damaged-alert" ? Confidence::likely : Confidence::certain,
                .summary = plain.summary,
                .remedies = plain.remedies};
      if (f.confidence != Confidence::certain)
        f.to_be_surer =
            "the same from another place: a device on the way may have changed the bytes; the server's own log says what it sent";
      f.side = plain.speaker == "client" || known_yes(e.is(Kind::default_works)) ? Side::client : Side::server;
      f.detail = {{"protocol", plain.protocol}, {"speaker", plain.speaker}};
      if (const std::string excerpt = e.text(Kind::plaintext_excerpt); !excerpt.empty()) {
        f.detail.emplace_back("excerpt", excerpt);
        f.rests_on.push_back({Kind::plaintext_excerpt, ""});
      }
      if (e.find(Kind::plaintext_protocol)) f.rests_on.insert(f.rests_on.begin(), {Kind::plaintext_protocol, ""});
      for (const std::string_view pair : {change::proxy_header_added, change::starttls_dropped})
        for (Ref& ref : pair_of(e, pair)) f.rests_on.push_back(std::move(ref));
      return f;
    },
    .remedies = {Remedy::serve_tls, Remedy::use_tls_port},
    .more_general = {"network.reset-in-handshake", "network.closed-in-handshake", "network.handshake-timeout"},
};

}  // namespace whytls::diagnosis
