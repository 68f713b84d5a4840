// SPDX-License-Identifier: Apache-2.0
// Every dialogue with a hostile peer. The first byte chooses the protocol, the second how its words are cut into pieces.
// Property: however they are cut, what is said and how it ends is the same; what is told to people is printable.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "wire/upgrade.h"

namespace {

struct Outcome {
  whytls::base::Bytes said, left_over;
  whytls::wire::UpgradeStep last;
};

Outcome hold(const whytls::wire::UpgradeProtocol& protocol, whytls::base::ByteView peer, std::size_t piece) {
  const auto upgrade = protocol.begin({.host = "host.example", .port = 443, .user = "user", .password = "password"});
  Outcome out{.said = {}, .left_over = {}, .last = upgrade->start()};
  out.said = out.last.send;
  for (std::size_t at = 0; at < peer.size(); at += piece) {
    out.last = upgrade->feed(peer.subspan(at, std::min(piece, peer.size() - at)));
    out.said.insert(out.said.end(), out.last.send.begin(), out.last.send.end());
  }
  out.left_over = upgrade->left_over;
  return out;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto& protocol = *whytls::wire::upgrade_protocols[data[0] % whytls::wire::upgrade_protocols.size()];
  const whytls::base::ByteView peer{data + 2, size - 2};
  const Outcome whole = hold(protocol, peer, std::max<std::size_t>(peer.size(), 1));
  const Outcome cut = hold(protocol, peer, data[1] % 16 + 1U);
  require(whole.said == cut.said && whole.left_over == cut.left_over);
  require(whole.last.state == cut.last.state && whole.last.status == cut.last.status);
  require(whole.last.peer == cut.last.peer && whole.last.detail == cut.last.detail);
  for (const std::string& text : {whole.last.peer, whole.last.detail}) require(whytls::base::printable(text, 4096) == text);
  require(whole.left_over.empty() || whole.last.state == whytls::wire::UpgradeState::upgraded);
  require((whole.last.state == whytls::wire::UpgradeState::upgraded || whole.last.state == whytls::wire::UpgradeState::talking) ==
          whole.last.detail.empty());
  return 0;
}
