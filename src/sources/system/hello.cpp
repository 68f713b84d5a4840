// SPDX-License-Identifier: Apache-2.0
#include "sources/system/hello.h"

#include <fmt/format.h>

#include "base/text.h"
#include "registry/registry.h"
#include "wire/record.h"

namespace whytls::system {

std::optional<wire::ClientHello> first_hello(base::ByteView records) {
  wire::HandshakeAssembler assembler(65536);
  for (bool first = true; !records.empty(); first = false) {
    const wire::Framed framed = wire::next_record(records, first);
    if (framed.framing != wire::Framing::record || framed.record.type != wire::ContentType::handshake) return std::nullopt;
    assembler.feed(framed.record.fragment);
    records = records.subspan(framed.size);
    const auto message = assembler.next();
    if (!message) continue;
    if (message->type != wire::HandshakeType::client_hello) return std::nullopt;
    return wire::parse_client_hello(message->body());
  }
  return std::nullopt;
}

OfferLists lists_of(const wire::ClientHello& hello) {
  OfferLists out{hello.versions(), {}, hello.supported_groups(), hello.signature_algorithms()};
  for (const std::uint16_t code : hello.cipher_suites) {
    const registry::Suite* suite = registry::suite(code);
    if (suite == nullptr || !suite->signalling) out.suites.push_back(code);
  }
  return out;
}

Line make_line(std::string file, std::size_t line, std::string_view text) {
  return {std::move(file), line, base::printable(base::trim(text), 300)};
}

std::string Line::where() const { return file.empty() ? std::string() : fmt::format("{}:{}", file, line); }
std::string Line::full() const { return file.empty() ? text : fmt::format("{}:{}: {}", file, line, text); }

const Line* LibraryPolicy::line(std::string_view aspect) const {
  const auto found = lines.find(aspect);
  return found == lines.end() ? nullptr : &found->second;
}

base::Result<LibraryPolicy> library_policy(std::string_view library, const Environment& environment) {
  if (library == "openssl") return openssl_policy(environment);
  if (library == "gnutls") return gnutls_policy(environment);
  if (library == "java") return java_policy(environment);
  return base::fail(base::Fault::misuse, fmt::format("there is no library policy \"{}\"", base::printable(library, 64)));
}

}  // namespace whytls::system
