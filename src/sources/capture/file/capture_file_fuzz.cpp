// SPDX-License-Identifier: Apache-2.0
// Packets are no more than what was read, numbered without holes; a capture that is cut has the same first packets; and one that is no
// capture says so.
#include <cstdlib>
#include <vector>

#include "sources/capture/file/capture_file.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<base::Bytes> packets(base::ByteView of) {
  std::vector<base::Bytes> out;
  auto file = sources::capture::CaptureFile::read(base::Input::of({of.begin(), of.end()}, "input"));
  if (!file) {
    require(!file.error().text().empty());
    return out;
  }
  sources::capture::Packet packet;
  while (file->next(packet)) {
    out.emplace_back(packet.bytes.begin(), packet.bytes.end());
    require(packet.when.packet == out.size() && packet.original_size >= packet.bytes.size());
  }
  require(!file->next(packet));
  require(file->take_secrets().size() <= file->bytes());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView all(data, size);
  const auto whole = packets(all);
  const bool packed = size > 1 && (data[0] == 0x1f || data[0] == 0x28);
  std::size_t total = 0;
  for (const auto& one : whole) total += one.size();
  require(packed || total <= size);
  const auto part = packets(all.first(size / 2));
  require(part.size() <= whole.size());
  for (std::size_t i = 0; i < part.size(); ++i) require(part[i] == whole[i]);
  return 0;
}
