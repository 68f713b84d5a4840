// SPDX-License-Identifier: Apache-2.0
// StartTLS of LDAP: RFC 4511 4.14, in the few forms of BER (X.690) that it needs.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "wire/upgrade/common.h"

namespace whytls::wire {
namespace {

constexpr std::array<std::uint16_t, 2> ports{389, 3268};
constexpr std::string_view start_tls_oid = "1.3.6.1.4.1.1466.20037";

/// Tag and contents of one element; a length of up to four bytes (Active Directory writes four where one would do).
struct Element {
  std::uint8_t tag = 0;
  std::size_t header = 0, length = 0;
};

/// The header at the front of `in`; nothing where bytes are missing. An indefinite or longer length is given as SIZE_MAX.
std::optional<Element> element_header(base::ByteView in) {
  if (in.size() < 2) return std::nullopt;
  Element out{.tag = in[0], .header = 2, .length = in[1]};
  if (in[1] < 0x80) return out;
  const std::size_t width = in[1] & 0x7fU;
  if (width == 0 || width > 4) return out.length = SIZE_MAX, out;
  if (in.size() < 2 + width) return std::nullopt;
  out.header += width;
  out.length = 0;
  for (const std::uint8_t byte : in.subspan(2, width)) out.length = out.length << 8U | byte;
  return out;
}

/// Takes the next element with `tag` from the front of `in`.
std::optional<base::ByteView> take(base::ByteView& in, std::uint8_t tag) {
  const auto found = element_header(in);
  if (!found || found->tag != tag || found->length > in.size() - found->header) return std::nullopt;
  const base::ByteView body = in.subspan(found->header, found->length);
  in = in.subspan(found->header + found->length);
  return body;
}

struct Answer {
  int code = 0;
  std::string text;
  bool disconnection = false;  ///< RFC 4511 4.4.1: an unsolicited notification, message 0
};

/// LDAPMessage { messageID, ExtendedResponse [APPLICATION 24] { resultCode, matchedDN, diagnosticMessage, … } }
std::optional<Answer> parse_answer(base::ByteView message) {
  constexpr std::uint8_t integer = 0x02, enumerated = 0x0a, octets = 0x04, extended_response = 0x78;
  const auto id = take(message, integer);
  auto response = take(message, extended_response);
  if (!id || id->empty() || !response) return std::nullopt;
  const auto code = take(*response, enumerated);
  const auto matched = take(*response, octets);
  const auto text = take(*response, octets);
  if (!code || code->size() != 1 || !matched || !text) return std::nullopt;
  return Answer{.code = (*code)[0], .text = base::printable(*text), .disconnection = id->back() == 0};
}

class Ldap : public dialogue::Dialogue {
 public:
  explicit Ldap(const UpgradeOptions& /*options*/) : Dialogue("LDAP") {}

 private:
  void open() override {
    base::Writer out;
    out.u8(0x30);  // LDAPMessage
    out.prefixed8([&] {
      out.bytes(std::array<std::uint8_t, 3>{0x02, 1, 1});  // messageID 1
      out.u8(0x77);                                        // ExtendedRequest, [APPLICATION 23]
      out.prefixed8([&] {
        out.u8(0x80);  // requestName
        out.prefixed8([&] { out.text(start_tls_oid); });
      });
    });
    say(out.data());
  }

  std::size_t consume(base::ByteView in) override {
    if (in[0] != 0x30) return not_spoken(), 0;
    const auto whole = element_header(in);
    if (!whole) return 0;
    if (whole->length > dialogue::max_unit - whole->header) return not_spoken(), 0;
    const std::size_t size = whole->header + whole->length;
    if (in.size() < size) return 0;
    const auto answer = parse_answer(in.subspan(whole->header, whole->length));
    if (!answer) return not_spoken(), 0;
    answered(*answer);
    return size;
  }

  void answered(const Answer& answer) {
    const std::string words = fmt::format("result {}{}{}", answer.code, answer.text.empty() ? "" : ": ", answer.text);
    hear(words);
    if (answer.disconnection) return refused(fmt::format("the server ends the conversation ({})", words), answer.code);
    if (answer.code == 0) return upgraded();
    // RFC 4511 4.14.2: a server that does not support StartTLS returns protocolError (2); 12 is unavailableCriticalExtension.
    if (answer.code == 2 || answer.code == 12)
      return not_offered(fmt::format("the server does not know StartTLS ({})", words), answer.code);
    refused(fmt::format("the server refuses StartTLS ({})", words), answer.code);
  }
};

}  // namespace

extern const UpgradeProtocol ldap;
const UpgradeProtocol ldap{
    .name = "ldap",
    .title = "LDAP",
    .ports = ports,
    .implicit_scheme = "ldaps",
    .server_speaks_first = false,
    .begin = dialogue::begin<Ldap>,
};

}  // namespace whytls::wire
