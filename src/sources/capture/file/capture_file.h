// SPDX-License-Identifier: Apache-2.0
// A capture file or stream as packets: pcap, pcapng and snoop, packed or not. It refuses to know what the packets hold.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/input.h"
#include "base/result.h"
#include "sources/capture/packet.h"

namespace whytls::sources::capture {

namespace file {
class Format;
class Window;
}  // namespace file

class CaptureFile {
 public:
  /// "-" is standard input. What cannot be opened or is no capture is an error that says what it is, where that can be seen.
  static base::Result<CaptureFile> open(const std::string& path);
  static base::Result<CaptureFile> read(base::Input input);
  CaptureFile(CaptureFile&&) noexcept;
  CaptureFile& operator=(CaptureFile&&) noexcept;
  ~CaptureFile();

  /// The next packet as soon as it is there, numbered from 1; its bytes hold until the next call. False at the end and at damage.
  bool next(Packet& packet);
  /// Why reading ended before its time: "file: at byte N: what was expected". All packets before it were handed out.
  const std::optional<std::string>& damage() const;
  /// Key log text of Decryption Secrets Blocks met since the last call.
  base::Bytes take_secrets();

  const std::string& name() const;
  std::uint64_t bytes() const;  ///< read so far, unpacked
  std::uint64_t packets() const { return packets_; }

 private:
  CaptureFile(std::unique_ptr<file::Window> window, std::unique_ptr<file::Format> format);

  std::unique_ptr<file::Window> window_;
  std::unique_ptr<file::Format> format_;
  std::uint64_t packets_ = 0;
};

}  // namespace whytls::sources::capture
