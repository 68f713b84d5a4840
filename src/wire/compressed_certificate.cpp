// SPDX-License-Identifier: Apache-2.0
#include "wire/compressed_certificate.h"

#include "base/unpack.h"
#include "wire/fields.h"

namespace whytls::wire {
namespace {

std::optional<base::Packing> packing_of(std::uint16_t algorithm) {
  switch (algorithm) {
    case certificate_compression::zlib:
      return base::Packing::zlib;
    case certificate_compression::brotli:
      return base::Packing::brotli;
    case certificate_compression::zstd:
      return base::Packing::zstd;
    default:
      return std::nullopt;
  }
}

}  // namespace

CompressedCertificate parse_compressed_certificate(base::ByteView body) {
  CompressedCertificate message;
  base::Reader reader(body);
  base::Reader packed;
  if (reader.u16(message.algorithm, "algorithm") && reader.u24(message.size, "uncompressed_length") &&
      reader.prefixed24(packed, "compressed_certificate_message")) {
    if (packed.empty()) reader.refuse("compressed_certificate_message");  // <1..2^24-1>
    message.packed = copy(packed.rest());
    reader.finish("CompressedCertificate");
  }
  message.malformed = reader.failure();
  return message;
}

base::Bytes build(const CompressedCertificate& message) {
  base::Writer out;
  out.u16(message.algorithm);
  out.u24(message.size);
  out.prefixed24([&] { out.bytes(message.packed); });
  return out.take();
}

std::optional<base::Bytes> unpacked_certificate(const CompressedCertificate& message) {
  const auto how = packing_of(message.algorithm);
  if (!how || message.malformed || message.size > largest_unpacked_certificate) return std::nullopt;
  return base::unpack(*how, message.packed, message.size);
}

std::optional<CertificateMessage> read_certificate(HandshakeType type, base::ByteView body, bool tls13) {
  if (type == HandshakeType::certificate) return parse_certificate(body, tls13);
  if (type != HandshakeType::compressed_certificate) return std::nullopt;
  const CompressedCertificate compressed = parse_compressed_certificate(body);
  if (!compressed.malformed && (!packing_of(compressed.algorithm) || compressed.size > largest_unpacked_certificate)) return std::nullopt;
  CertificateMessage message;
  if (const auto inside = unpacked_certificate(compressed)) return parse_certificate(*inside, true);
  // RFC 8879 4: it must decompress, to exactly the length that it says.
  message.malformed =
      compressed.malformed ? compressed.malformed : base::Malformed{"compressed_certificate_message", 8, 0, compressed.packed.size()};
  return message;
}

}  // namespace whytls::wire
