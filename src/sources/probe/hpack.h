// SPDX-License-Identifier: Apache-2.0
// The header block of one HTTP/2 answer, RFC 7541: static table and Huffman code. The first block of a connection needs no more;
// a reference to the dynamic table is passed over.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace whytls::probe {

struct HeaderField {
  std::string name, value;  ///< raw; the name is empty where only the dynamic or an uninteresting static entry has it
};
/// As far as the block makes sense; at most 128 fields.
std::vector<HeaderField> decode_hpack(base::ByteView block);

}  // namespace whytls::probe
