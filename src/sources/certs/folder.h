// SPDX-License-Identifier: Apache-2.0
// A folder of certificates, however many, looked through for those that have ended. Memory does not grow with their number: what is found
// is handed over one by one. Judges dates only, and no chain.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "net/stream.h"

namespace whytls::certs {

struct FolderEntry {
  enum class State : std::uint8_t {
    expired,
    not_yet_valid,
    soon,        ///< less than 15 % of the lifetime and less than 30 days are left
    unreadable,  ///< a certificate that cannot be decoded, or a file that cannot be read
  } state = State::expired;
  std::string path;
  std::size_t line = 0;  ///< of a PEM block; 0: of a binary file
  std::string subject;   ///< the name, printable; empty where it cannot be read
  std::optional<base::Time> not_before, not_after;
  std::string text;  ///< why it is unreadable
};

struct FolderTotals {
  std::size_t files = 0, certificates = 0;
  std::size_t expired = 0, not_yet_valid = 0, soon = 0, unreadable = 0;
  std::size_t others = 0;              ///< files that hold no certificate
  std::optional<base::Time> next_end;  ///< of those that are valid
  std::string next_path;
};

/// Goes into folders below, not through links to folders; a link to a file beside it (OpenSSL's hash links) is that file, and is left out.
/// At most 16 levels; files above 16 MiB are left out. `sink` gets what is not valid, in the order in which it is found.
FolderTotals scan_folder(const std::string& path, base::Time at, const std::function<void(const FolderEntry&)>& sink,
                         const net::CancelFlag* cancel);

}  // namespace whytls::certs
