// SPDX-License-Identifier: Apache-2.0
// Whatever is asked and answered: a request is one of a known dialogue, a no has its words, and they are harmless.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "sources/capture/tls/requests.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool harmless(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool known(std::string_view protocol) {
  return protocol.empty() || protocol == "socks4" || whytls::wire::upgrade_protocol(protocol) != nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  namespace capture = sources::capture;
  if (size < 1) return 0;
  const std::size_t which = data[0] % (wire::upgrade_protocols.size() + 1);
  const std::string_view protocol = which == wire::upgrade_protocols.size() ? "socks4" : wire::upgrade_protocols[which]->name;
  const base::ByteView said(data + 1, size - 1);
  const capture::RequestLine line = capture::request_line(base::trim(base::text(said)), "", "220 x");
  require(known(line.protocol) && known(capture::request_within(said, said)) && known(capture::request_at_front(said)));
  const auto answer = capture::answer_to(protocol, "a", said);
  if (!answer) return 0;
  require(answer->state == wire::UpgradeState::refused || answer->state == wire::UpgradeState::not_offered);
  require(!answer->detail.empty() && harmless(answer->detail) && harmless(answer->peer));
  return 0;
}
