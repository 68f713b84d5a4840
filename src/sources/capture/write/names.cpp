// SPDX-License-Identifier: Apache-2.0
#include "observe/conversation.h"
#include "sources/capture/write/anonymize.h"
#include "wire/handshake.h"
#include "x509/certificate.h"

namespace whytls::sources::capture {
namespace {

/// "http://ca.example/root.cer": "ca.example"
std::string host_of(const std::string& uri) {
  const std::size_t begin = uri.find("://");
  if (begin == std::string::npos) return {};
  return uri.substr(begin + 3, uri.find_first_of(":/?#", begin + 3) - begin - 3);
}

}  // namespace

std::vector<std::string> names_of(const Handshake& handshake) {
  std::vector<std::string> out;
  for (const observe::Event& event : handshake.conversation.events) {
    if (event.kind != observe::Event::Kind::handshake || event.opaque || event.type != wire::HandshakeType::client_hello ||
        event.raw.size() < 4)
      continue;
    if (const auto name = wire::parse_client_hello(base::ByteView(event.raw).subspan(4)).server_name()) out.push_back(*name);
  }
  for (const base::Bytes& der : observe::server_chain(handshake.conversation)) {
    const x509::Certificate certificate = x509::examine(der);
    out.push_back(certificate.common_name);
    out.insert(out.end(), certificate.dns_names.begin(), certificate.dns_names.end());
    for (const std::string& uri : certificate.uris) out.push_back(host_of(uri));
  }
  std::erase_if(out, [](const std::string& name) { return name.find('.') == std::string::npos; });
  return out;
}

}  // namespace whytls::sources::capture
