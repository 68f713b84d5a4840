// SPDX-License-Identifier: Apache-2.0
// One format of capture files: header and packets, one after another.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "sources/capture/file/window.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture::file {

class Format {
 public:
  virtual ~Format() = default;
  /// Fills all but the packet's number; its bytes are a view into the window. False at the end, or at damage, which the window then knows.
  virtual bool next(Window& window, Packet& packet) = 0;
  /// TLS key log text met since the last call.
  virtual base::Bytes take_secrets() { return {}; }
};

/// Each looks at the first bytes and takes its file header; empty where they are not of its kind. A header that is cut off or of a version
/// that is not known is damage.
std::unique_ptr<Format> pcap(Window& window);
std::unique_ptr<Format> pcapng(Window& window);
std::unique_ptr<Format> snoop(Window& window);

}  // namespace whytls::sources::capture::file
