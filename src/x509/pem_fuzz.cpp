// SPDX-License-Identifier: Apache-2.0
// Blocks of PEM are found in order, never more bytes than the text has; a key decodes or says why it does not.
#include <cstdlib>

#include "x509/key.h"
#include "x509/pem.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const base::ByteView bytes(data, size);
  const x509::PemFile file = x509::read_pem(base::text(bytes), 50);
  std::size_t total = 0;
  std::size_t line = 0;
  for (const x509::PemBlock& block : file.blocks) {
    if (block.line < line || block.der.empty()) std::abort();
    line = block.line;
    total += block.der.size();
  }
  if (file.blocks.size() > 50 || total > size) std::abort();
  const auto key = x509::decode_key(bytes, std::nullopt);
  if (key ? key->handle == nullptr : key.error().text.empty()) std::abort();
  return 0;
}
