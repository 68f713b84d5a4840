// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/probe.h"

namespace whytls::probe {
namespace {

/// A name to send where none was: the one asked for, else one that the server's certificate covers.
std::string name_to_add(const evidence::Evidence& e) {
  const std::string host = e.text(evidence::Kind::host);
  if (!host.empty() && !is_address(host)) return host;
  for (const std::string& name : e.list(evidence::Kind::leaf_names))
    if (name.find('*') == std::string::npos && !is_address(name)) return name;
  return "localhost";
}

/// A name that this server is likely to know: one that its own certificate covers; else one that nobody forbids.
std::string another_name(const evidence::Evidence& e, const std::string& asked) {
  for (const std::string& name : e.list(evidence::Kind::leaf_names))
    if (name.find('*') == std::string::npos && name != asked && !is_address(name)) return name;
  return asked == "www.example.com" ? "www.example.org" : "www.example.com";
}

std::vector<Variation> propose(const Situation& s) {
  std::vector<Variation> out;
  if (s.working && s.working->server_name == s.asked.server_name) return out;
  if (!s.asked.server_name) {
    Offer offer = s.asked;
    offer.server_name = name_to_add(s.evidence);
    out.push_back(cure(change::server_name_added, "with the server name " + *offer.server_name, offer));
    return out;
  }
  Offer bare = s.asked;
  bare.server_name.reset();
  out.push_back(cure(change::server_name_dropped, "without a server name", bare));
  Offer other = s.asked;
  other.server_name = another_name(s.evidence, *s.asked.server_name);
  out.push_back(cure(change::server_name_other, "with the server name " + *other.server_name, other));
  if (s.working && !s.working->server_name) {
    Offer named = *s.working;
    named.server_name = s.asked.server_name;
    out.push_back(spoil(change::server_name_dropped, "a plain offer that works, with the server name", named));
  }
  return out;
}

}  // namespace

extern const Probe server_name;
const Probe server_name{"server-name", "does it depend on the server name?", propose};

}  // namespace whytls::probe
