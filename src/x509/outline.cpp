// SPDX-License-Identifier: Apache-2.0
#include "x509/outline.h"

#include "base/text.h"

namespace whytls::x509 {
namespace {

constexpr std::uint8_t integer_tag = 0x02, utc_time_tag = 0x17, generalized_time_tag = 0x18, sequence_tag = 0x30, version_tag = 0xa0;

std::optional<DerElement> expect(base::Reader& in, std::uint8_t tag) {
  auto element = next_element(in);
  return element && element->tag == tag ? element : std::nullopt;
}

/// `count` digits at `at`, or a number that no calendar has.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return 9999;
    out = out * 10 + (text[i] - '0');
  }
  return out;
}

}  // namespace

std::optional<DerElement> next_element(base::Reader& in) {
  const base::ByteView from = in.rest();
  DerElement out;
  std::uint8_t first = 0;
  if (!in.u8(out.tag, "tag") || (out.tag & 0x1fU) == 0x1fU || !in.u8(first, "length")) return std::nullopt;
  std::size_t length = first;
  if (first >= 0x80) {
    const unsigned width = first & 0x7fU;
    if (width == 0 || width > 4) return std::nullopt;
    length = 0;
    for (unsigned i = 0; i < width; ++i) {
      std::uint8_t byte = 0;
      if (!in.u8(byte, "length")) return std::nullopt;
      length = length << 8U | byte;
    }
  }
  if (!in.bytes(length, out.content, "content")) return std::nullopt;
  out.whole = from.first(from.size() - in.remaining());
  return out;
}

std::optional<base::Time> asn1_time(const DerElement& element) {
  const std::string_view text = base::text(element.content);
  const bool utc = element.tag == utc_time_tag;
  const std::size_t width = utc ? 2 : 4;
  if ((!utc && element.tag != generalized_time_tag) || text.size() != width + 11 || text.back() != 'Z') return std::nullopt;
  int year = digits(text, 0, width);
  if (utc) year += year >= 50 ? 1900 : 2000;  // RFC 5280 4.1.2.5.1
  const auto part = [&](std::size_t i) { return digits(text, width + 2 * i, 2); };
  const std::chrono::year_month_day day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(part(0))},
                                        std::chrono::day{static_cast<unsigned>(part(1))}};
  // 9999 in a field says that something else than digits stood there; as a year it is legal (RFC 5280 4.1.2.5).
  if (!day.ok() || part(2) > 23 || part(3) > 59 || part(4) > 59 || (year == 9999 && !text.starts_with("9999"))) return std::nullopt;
  return std::chrono::sys_days{day} + std::chrono::hours{part(2)} + std::chrono::minutes{part(3)} + std::chrono::seconds{part(4)};
}

std::optional<Outline> outline(base::ByteView der) {
  // Certificate ::= SEQUENCE { SEQUENCE { [0] version?, serial, algorithm, issuer, validity, subject, … } … }, RFC 5280 4.1
  base::Reader outer(der);
  const auto certificate = expect(outer, sequence_tag);
  if (!certificate) return std::nullopt;
  base::Reader inner(certificate->content);
  const auto tbs = expect(inner, sequence_tag);
  if (!tbs) return std::nullopt;
  base::Reader in(tbs->content);
  auto serial = next_element(in);
  if (serial && serial->tag == version_tag) serial = next_element(in);
  if (!serial || serial->tag != integer_tag || !expect(in, sequence_tag)) return std::nullopt;
  const auto issuer = expect(in, sequence_tag);
  const auto validity = expect(in, sequence_tag);
  const auto subject = expect(in, sequence_tag);
  if (!issuer || !validity || !subject) return std::nullopt;
  Outline out{serial->content, issuer->whole, subject->whole, {}, {}};
  base::Reader times(validity->content);
  if (const auto from = next_element(times)) out.not_before = asn1_time(*from);
  if (const auto until = next_element(times)) out.not_after = asn1_time(*until);
  return out;
}

}  // namespace whytls::x509
