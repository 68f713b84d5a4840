// SPDX-License-Identifier: Apache-2.0
// What holds for every message: parse and build are inverse, no parser leaves its input, and a cut message says so.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "wire/handshake.h"
#include "wire/record.h"

namespace whytls::wire {

bool operator==(const Extension& a, const Extension& b) { return a.type == b.type && a.data == b.data; }

namespace {

using base::Bytes;
using U16s = std::vector<std::uint16_t>;

rc::Gen<Bytes> some_bytes(std::size_t most) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1),
                         [](std::size_t count) { return rc::gen::container<Bytes>(count, rc::gen::arbitrary<std::uint8_t>()); });
}

rc::Gen<Bytes> bytes_of(std::size_t count) { return rc::gen::container<Bytes>(count, rc::gen::arbitrary<std::uint8_t>()); }

rc::Gen<std::vector<Extension>> some_extensions() {
  return rc::gen::container<std::vector<Extension>>(rc::gen::build<Extension>(
      rc::gen::set(&Extension::type, rc::gen::arbitrary<std::uint16_t>()), rc::gen::set(&Extension::data, some_bytes(40))));
}

rc::Gen<ClientHello> some_client_hello() {
  return rc::gen::build<ClientHello>(
      rc::gen::set(&ClientHello::legacy_version, rc::gen::arbitrary<std::uint16_t>()), rc::gen::set(&ClientHello::random, bytes_of(32)),
      rc::gen::set(&ClientHello::session_id, some_bytes(32)), rc::gen::set(&ClientHello::cipher_suites, rc::gen::arbitrary<U16s>()),
      rc::gen::set(&ClientHello::compression_methods, some_bytes(5)), rc::gen::set(&ClientHello::extensions, some_extensions()));
}

rc::Gen<ServerHello> some_server_hello() {
  return rc::gen::build<ServerHello>(
      rc::gen::set(&ServerHello::legacy_version, rc::gen::arbitrary<std::uint16_t>()), rc::gen::set(&ServerHello::random, bytes_of(32)),
      rc::gen::set(&ServerHello::session_id, some_bytes(32)), rc::gen::set(&ServerHello::cipher_suite, rc::gen::arbitrary<std::uint16_t>()),
      rc::gen::set(&ServerHello::compression_method, rc::gen::arbitrary<std::uint8_t>()),
      rc::gen::set(&ServerHello::extensions, some_extensions()));
}

RC_GTEST_PROP(Properties, AClientHelloIsReadBackAsItWasBuilt, ()) {
  const ClientHello hello = *some_client_hello();
  const Bytes body = build(hello);
  const ClientHello read = parse_client_hello(body);
  RC_ASSERT(!read.malformed);
  RC_ASSERT(read.legacy_version == hello.legacy_version);
  RC_ASSERT(read.random == hello.random);
  RC_ASSERT(read.session_id == hello.session_id);
  RC_ASSERT(read.cipher_suites == hello.cipher_suites);
  RC_ASSERT(read.compression_methods == hello.compression_methods);
  RC_ASSERT(read.extensions == hello.extensions);
  RC_ASSERT(build(read) == body);
}

RC_GTEST_PROP(Properties, AServerHelloIsReadBackAsItWasBuilt, ()) {
  const Bytes body = build(*some_server_hello());
  const ServerHello read = parse_server_hello(body);
  RC_ASSERT(!read.malformed);
  RC_ASSERT(build(read) == body);
}

RC_GTEST_PROP(Properties, ACutHelloIsMalformedOrBuildsToExactlyWhatWasRead, ()) {
  const Bytes body = build(*some_client_hello());
  const Bytes cut(body.begin(), body.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(body.size())));
  const ClientHello read = parse_client_hello(cut);
  if (!read.malformed) RC_ASSERT(build(read) == cut);
  if (read.malformed) RC_ASSERT(read.malformed->offset <= cut.size());
}

RC_GTEST_PROP(Properties, ACertificateMessageIsReadBackAsItWasBuilt, (bool tls13)) {
  CertificateMessage message;
  if (tls13) message.request_context = *some_bytes(255);
  const std::size_t count = *rc::gen::inRange<std::size_t>(0, 5);
  for (std::size_t i = 0; i < count; ++i) {
    CertificateEntry entry;
    entry.der = *rc::gen::suchThat(some_bytes(300), [](const Bytes& der) { return !der.empty(); });
    if (tls13) entry.extensions = *some_extensions();
    message.entries.push_back(std::move(entry));
  }
  const Bytes body = build(message, tls13);
  const CertificateMessage read = parse_certificate(body, tls13);
  RC_ASSERT(!read.malformed);
  RC_ASSERT(read.entries.size() == count);
  RC_ASSERT(build(read, tls13) == body);
}

RC_GTEST_PROP(Properties, AnSsl2HelloIsReadBackAsItWasBuilt, ()) {
  Ssl2ClientHello hello;
  hello.version = *rc::gen::element<std::uint16_t>(0x0002, 0x0300, 0x0301, 0x0303);
  hello.cipher_specs = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 0x1000000));
  hello.session_id = *some_bytes(32);
  hello.challenge = *some_bytes(32);
  const Bytes record = build_ssl2_record(hello);
  const Framed framed = next_record(record, true);
  RC_ASSERT(framed.framing == Framing::ssl2);
  RC_ASSERT(framed.size == record.size());
  const Ssl2ClientHello read = parse_ssl2_client_hello(framed.record.fragment);
  RC_ASSERT(!read.malformed);
  RC_ASSERT(build_ssl2_record(read) == record);
}

RC_GTEST_PROP(Properties, RecordsHoldWhatWasWrittenWhateverTheSplit, ()) {
  const Bytes fragment = *some_bytes(500);
  base::Writer out;
  write_records(out, ContentType::handshake, 0x0303, fragment, *rc::gen::inRange<std::size_t>(1, 600));
  base::ByteView rest = out.data();
  Bytes joined;
  while (!rest.empty()) {
    const Framed framed = next_record(rest, false);
    RC_ASSERT(framed.framing == Framing::record);
    joined.insert(joined.end(), framed.record.fragment.begin(), framed.record.fragment.end());
    rest = rest.subspan(framed.size);
  }
  RC_ASSERT(joined == fragment);
}

RC_GTEST_PROP(Properties, MessagesComeOutOfTheAssemblerHoweverTheyAreCut, ()) {
  const auto bodies = *rc::gen::container<std::vector<Bytes>>(some_bytes(60));
  Bytes stream;
  for (const Bytes& body : bodies) {
    const Bytes message = handshake_message(HandshakeType::certificate, body);
    stream.insert(stream.end(), message.begin(), message.end());
  }
  HandshakeAssembler assembler;
  std::vector<Bytes> read;
  for (base::ByteView rest = stream; !rest.empty();) {
    const std::size_t piece = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(rest.size(), 30) + 1);
    assembler.feed(rest.first(piece));
    rest = rest.subspan(piece);
    while (const auto message = assembler.next()) read.emplace_back(message->body().begin(), message->body().end());
  }
  RC_ASSERT(read == bodies);
  RC_ASSERT(assembler.pending() == 0U);
}

}  // namespace
}  // namespace whytls::wire
