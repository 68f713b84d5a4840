// SPDX-License-Identifier: Apache-2.0
#include "lab/canned.h"

#include <algorithm>

#include "wire/extension_types.h"
#include "wire/record.h"

namespace whytls::lab {
namespace {

base::Bytes build_flight(const Canned& canned) {
  namespace type = wire::extension_type;
  wire::ServerHello hello;
  hello.legacy_version = 0x0303;
  hello.random.assign(32, 0xa5);
  std::copy_backward(canned.random_end.begin(), canned.random_end.end(), hello.random.end());
  hello.cipher_suite = canned.suite;
  hello.has_extensions = true;
  hello.extensions.push_back({type::extended_master_secret, {}});
  if (canned.secure_renegotiation) hello.extensions.push_back({type::renegotiation_info, {0}});
  wire::CertificateMessage certificates;
  for (const base::Bytes& der : canned.chain) certificates.entries.push_back({der, {}});
  base::Writer out;
  const auto add = [&](wire::HandshakeType kind, const base::Bytes& body) {
    wire::write_records(out, wire::ContentType::handshake, 0x0303, wire::handshake_message(kind, body));
  };
  add(wire::HandshakeType::server_hello, wire::build(hello));
  add(wire::HandshakeType::certificate, wire::build(certificates, false));
  add(wire::HandshakeType::server_hello_done, {});
  return out.take();
}

}  // namespace

Action canned(const Canned& flight) {
  return [bytes = build_flight(flight)](Visit& visit) {
    if (!visit.read_hello()) return;
    visit.write(bytes);
    while (visit.read()) visit.seen.clear();
  };
}

}  // namespace whytls::lab
