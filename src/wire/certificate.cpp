// SPDX-License-Identifier: Apache-2.0
#include "registry/registry.h"
#include "wire/extension_types.h"
#include "wire/fields.h"
#include "wire/handshake.h"

namespace whytls::wire {
namespace {

// RFC 8446 4.4.2: opaque cert_data<1..2^24-1>, RFC 5246 7.4.2: opaque ASN.1Cert<1..2^24-1>
bool read_entry(base::Reader& list, bool tls13, CertificateEntry& entry) {
  if (!read_opaque24(list, entry.der, "cert_data")) return false;
  if (entry.der.empty()) return list.refuse("cert_data");
  return !tls13 || read_extensions(list, entry.extensions);
}

// RFC 5246 7.4.4: DistinguishedName certificate_authorities<0..2^16-1>, each <1..2^16-1>
bool read_authorities(base::Reader& reader, std::vector<base::Bytes>& authorities) {
  base::Reader list;
  if (!reader.prefixed16(list, "certificate_authorities")) return false;
  while (!list.empty()) {
    base::Bytes name;
    if (!read_opaque16(list, name, "DistinguishedName")) break;
    authorities.push_back(std::move(name));
  }
  return reader.adopt(list);
}

// RFC 8446 4.3.2: what was a field in TLS 1.2 is an extension.
void read_request_13(base::Reader& reader, CertificateRequest& request) {
  if (!read_opaque8(reader, request.request_context, "certificate_request_context") || !read_extensions(reader, request.extensions)) return;
  if (const Extension* found = find_extension(request.extensions, extension_type::signature_algorithms))
    request.signature_algorithms = parse_u16_list(found->data);
  if (const Extension* found = find_extension(request.extensions, extension_type::certificate_authorities)) {
    base::Reader names(found->data);
    if (read_authorities(names, request.authorities)) names.finish("certificate_authorities");
    if (!reader.adopt(names)) return;
  }
  reader.finish("CertificateRequest");
}

// RFC 5246 7.4.4; before TLS 1.2 without supported_signature_algorithms.
void read_request(base::Reader& reader, CertificateRequest& request, std::uint16_t version) {
  if (!read_opaque8(reader, request.certificate_types, "certificate_types")) return;
  if (version >= registry::version::tls12 && !read_u16_list(reader, request.signature_algorithms, "supported_signature_algorithms")) return;
  if (read_authorities(reader, request.authorities)) reader.finish("CertificateRequest");
}

}  // namespace

CertificateMessage parse_certificate(base::ByteView body, bool tls13) {
  CertificateMessage message;
  base::Reader reader(body);
  base::Reader list;
  if ((!tls13 || read_opaque8(reader, message.request_context, "certificate_request_context")) &&
      reader.prefixed24(list, "certificate_list")) {
    while (!list.empty()) {
      CertificateEntry entry;
      if (!read_entry(list, tls13, entry)) break;
      message.entries.push_back(std::move(entry));
    }
    if (reader.adopt(list)) reader.finish("Certificate");
  }
  message.malformed = reader.failure();
  return message;
}

base::Bytes build(const CertificateMessage& message, bool tls13) {
  base::Writer out;
  if (tls13) out.prefixed8([&] { out.bytes(message.request_context); });
  out.prefixed24([&] {
    for (const CertificateEntry& entry : message.entries) {
      out.prefixed24([&] { out.bytes(entry.der); });
      if (tls13) write_extensions(out, entry.extensions);
    }
  });
  return out.take();
}

std::optional<base::Bytes> parse_certificate_status(base::ByteView body) {
  base::Reader reader(body);
  std::uint8_t type = 0;
  base::Reader response;
  if (!reader.u8(type, "status_type") || !reader.prefixed24(response, "response") || !reader.finish("CertificateStatus"))
    return std::nullopt;
  if (type == 1) return response.empty() ? std::nullopt : std::optional(copy(response.rest()));
  if (type != 2) return std::nullopt;
  base::Bytes leaf;  // RFC 6961 2.2: a list, the leaf's response first
  if (!read_opaque24(response, leaf, "OCSPResponse") || leaf.empty()) return std::nullopt;
  return leaf;
}

CertificateRequest parse_certificate_request(base::ByteView body, std::uint16_t version) {
  CertificateRequest request;
  base::Reader reader(body);
  if (version == registry::version::tls13 || version == registry::version::dtls13 || version >> 8U == 0x7f)
    read_request_13(reader, request);
  else
    read_request(reader, request, version);
  request.malformed = reader.failure();
  return request;
}

// RFC 8446 4.4.3, RFC 5246 7.4.8; before TLS 1.2 the key alone decides the algorithm.
CertificateVerify parse_certificate_verify(base::ByteView body, std::uint16_t version) {
  CertificateVerify message;
  base::Reader reader(body);
  if ((version < registry::version::tls12 || reader.u16(message.signature_scheme, "algorithm")) &&
      read_opaque16(reader, message.signature, "signature"))
    reader.finish("CertificateVerify");
  message.malformed = reader.failure();
  return message;
}

// RFC 8446 4.6.1, RFC 5077 3.3
NewSessionTicket parse_new_session_ticket(base::ByteView body, bool tls13) {
  NewSessionTicket message;
  base::Reader reader(body);
  base::Bytes nonce;
  std::vector<Extension> extensions;
  const bool before = reader.u32(message.lifetime, "ticket_lifetime") &&
                      (!tls13 || (reader.skip(4, "ticket_age_add") && read_opaque8(reader, nonce, "ticket_nonce")));
  if (before && read_opaque16(reader, message.ticket, "ticket") && (!tls13 || read_extensions(reader, extensions)))
    reader.finish("NewSessionTicket");
  message.malformed = reader.failure();
  return message;
}

}  // namespace whytls::wire
