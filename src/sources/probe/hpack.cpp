// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/hpack.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace whytls::probe {

using base::ByteView;

namespace {

// RFC 7541 appendix B: the length of each symbol's code, in bits. The code is canonical: shorter first, then by symbol.
constexpr std::array<std::uint8_t, 257> code_lengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6,
    10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, 13, 6,
    7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,  15, 5,  6,
    5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28, 20, 22, 20, 20,
    22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
    23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23,
    22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21,
    23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30};
constexpr unsigned longest = 30;

/// Per length: the first code, how many there are, and where their symbols begin in `symbols`.
struct Huffman {
  std::array<std::uint32_t, longest + 1> first{}, count{}, begin{};
  std::array<std::uint16_t, 257> symbols{};
};

constexpr Huffman make_huffman() {
  Huffman made;
  std::uint32_t code = 0;
  std::uint32_t at = 0;
  for (unsigned length = 1; length <= longest; ++length) {
    code <<= 1U;
    made.first[length] = code;
    made.begin[length] = at;
    for (std::uint16_t symbol = 0; symbol < 257; ++symbol) {
      if (code_lengths[symbol] != length) continue;
      made.symbols[at++] = symbol;
      ++made.count[length];
    }
    code += made.count[length];
  }
  return made;
}
constexpr Huffman huffman = make_huffman();

// RFC 7541 5.2: what is left of the last byte is padding of ones; EOS is an error.
std::optional<std::string> unhuffman(ByteView bytes) {
  std::string out;
  std::uint32_t code = 0;
  unsigned length = 0;
  for (const std::uint8_t byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      code = code << 1U | (byte >> (7U - bit) & 1U);
      if (++length > longest) return std::nullopt;
      const std::uint32_t offset = code - huffman.first[length];
      if (code < huffman.first[length] || offset >= huffman.count[length]) continue;
      const std::uint16_t symbol = huffman.symbols[huffman.begin[length] + offset];
      if (symbol == 256) return std::nullopt;
      out.push_back(static_cast<char>(symbol));
      code = 0;
      length = 0;
    }
  }
  if (length > 7 || code != (1U << length) - 1) return std::nullopt;
  return out;
}

/// RFC 7541 5.1.
std::optional<std::size_t> integer(base::Reader& reader, std::uint8_t first, unsigned prefix) {
  const unsigned most = (1U << prefix) - 1;
  std::size_t value = first & most;
  if (value < most) return value;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    std::uint8_t byte = 0;
    if (!reader.u8(byte, "integer")) return std::nullopt;
    value += static_cast<std::size_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

std::optional<std::string> string(base::Reader& reader) {
  std::uint8_t first = 0;
  ByteView bytes;
  if (!reader.u8(first, "string")) return std::nullopt;
  const std::optional<std::size_t> size = integer(reader, first, 7);
  if (!size || !reader.bytes(*size, bytes, "string")) return std::nullopt;
  if ((first & 0x80U) != 0) return unhuffman(bytes);
  return std::string(bytes.begin(), bytes.end());
}

/// The entries of RFC 7541 appendix A that an answer's reader wants.
HeaderField static_entry(std::size_t index) {
  constexpr std::array<std::string_view, 7> statuses{"200", "204", "206", "304", "400", "404", "500"};
  if (index >= 8 && index <= 14) return {":status", std::string(statuses[index - 8])};
  if (index == 33) return {"date", ""};
  if (index == 54) return {"server", ""};
  return {};
}

/// RFC 7541 6: one field. False: the block makes no sense from here on.
bool field(base::Reader& reader, std::vector<HeaderField>& out) {
  std::uint8_t first = 0;
  if (!reader.u8(first, "field")) return false;
  const bool indexed = (first & 0x80U) != 0;
  const bool resize = (first & 0xe0U) == 0x20U;
  const unsigned prefix = indexed ? 7 : (first & 0xc0U) == 0x40U ? 6 : resize ? 5 : 4;
  const std::optional<std::size_t> index = integer(reader, first, prefix);
  if (!index) return false;
  if (resize) return true;
  HeaderField made = static_entry(*index);
  if (!indexed) {
    if (*index == 0) {
      std::optional<std::string> name = string(reader);
      if (!name) return false;
      made.name = std::move(*name);
    }
    std::optional<std::string> value = string(reader);
    if (!value) return false;
    made.value = std::move(*value);
  }
  out.push_back(std::move(made));
  return true;
}

}  // namespace

std::vector<HeaderField> decode_hpack(ByteView block) {
  constexpr std::size_t most_fields = 128;
  base::Reader reader(block);
  std::vector<HeaderField> out;
  while (!reader.empty() && out.size() < most_fields && field(reader, out)) {}
  return out;
}

}  // namespace whytls::probe
