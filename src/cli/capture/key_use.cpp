// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/key_use.h"

#include <fmt/format.h>

namespace whytls::cli {

using sources::capture::Secrets;

void KeyUse::note(const sources::capture::Handshake& h) {
  protected_ += h.protected_client + h.protected_server > 0 ? 1U : 0U;
  opened_ += h.secrets == Secrets::open ? 1U : 0U;
  useless_ += h.secrets == Secrets::useless ? 1U : 0U;
}

std::optional<std::string> KeyUse::warning(const sources::capture::KeyLog& keys, const std::string& path) const {
  if (keys.empty() && path.empty()) return std::nullopt;
  const std::string where = path.empty() ? "the secrets in the capture" : "the secrets of --keylog " + path;
  if (keys.empty())
    return fmt::format("--keylog {}: it holds no secret{}", path,
                       keys.bad_lines() > 0 ? fmt::format(", and {} lines that cannot be read", keys.bad_lines()) : "");
  if (protected_ == 0 || (opened_ > 0 && useless_ == 0)) return std::nullopt;
  std::string out = fmt::format("{} opened {} of {} handshakes", where, opened_, protected_);
  if (useless_ == 0) return out + ": none of them is for a connection of this capture";
  return out + fmt::format("; {} more have secrets there that open nothing: damaged ones, or another connection's", useless_);
}

}  // namespace whytls::cli
