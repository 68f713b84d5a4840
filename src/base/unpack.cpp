// SPDX-License-Identifier: Apache-2.0
#include "base/unpack.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace whytls::base {
namespace {

/// RFC 1950. One byte more than wanted has room, so that what is too long shows itself.
bool from_zlib(ByteView packed, Bytes& out) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return false;
  Bytes in(packed.begin(), packed.end());  // zlib 1.2 wants it writable
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 1;
  inflateEnd(&stream);
  return whole;
}

/// RFC 7932.
bool from_brotli(ByteView packed, Bytes& out) {
  const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> decoder(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr),
                                                                                   BrotliDecoderDestroyInstance);
  if (!decoder) return false;
  const std::uint8_t* in = packed.data();
  std::uint8_t* to = out.data();
  std::size_t in_left = packed.size(), room = out.size();
  const auto result = BrotliDecoderDecompressStream(decoder.get(), &in_left, &in, &room, &to, nullptr);
  return result == BROTLI_DECODER_RESULT_SUCCESS && in_left == 0 && room == 1;
}

/// RFC 8878.
bool from_zstd(ByteView packed, Bytes& out) {
  return ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()) == out.size() - 1;
}

}  // namespace

std::optional<Bytes> unpack(Packing how, ByteView packed, std::size_t size) {
  Bytes out(size + 1);
  const bool whole = how == Packing::zlib     ? from_zlib(packed, out)
                     : how == Packing::brotli ? from_brotli(packed, out)
                                              : from_zstd(packed, out);
  if (!whole) return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace whytls::base
