// SPDX-License-Identifier: Apache-2.0
#include "net/dns_answer.h"

#include <algorithm>

#include "base/text.h"

namespace whytls::net {
namespace {

constexpr std::size_t most_records = 64, most_aliases = 16;
constexpr std::size_t longest_name = 255;  // RFC 1035 3.1
constexpr std::uint16_t type_cname = 5;

struct Record {
  std::string owner;
  std::uint16_t type = 0;
  base::Reader data;
};

/// Dots and backslashes within a label would make two names out of one.
void append_label(std::string& name, base::ByteView label) {
  if (!name.empty()) name += '.';
  for (const std::uint8_t byte : label) {
    if (byte == '.' || byte == '\\') name += '\\';
    name += static_cast<char>(byte);
  }
}

/// A name from the message, whose pointers may only lead backwards (RFC 1035 4.1.4): each is followed to a place before the last one.
bool read_name(base::ByteView message, base::Reader& at, std::string& name) {
  name.clear();
  base::Reader part = at;
  std::size_t bound = at.offset(), octets = 0;
  bool jumped = false;
  while (true) {
    std::uint8_t length = 0;
    if (!part.u8(length, "label")) return at.adopt(part);
    if (length == 0) break;
    if (length >= 0xc0) {
      std::uint8_t low = 0;
      if (!part.u8(low, "pointer")) return at.adopt(part);
      if (!jumped) at = part;
      jumped = true;
      const std::size_t target = (static_cast<std::size_t>(length & 0x3fU) << 8U) | low;
      if (target >= bound) return at.refuse("pointer");
      bound = target;
      part = base::Reader(message.subspan(target), target);
      continue;
    }
    base::ByteView label;
    octets += length + 1U;
    if (length > 63 || octets > longest_name) return at.refuse("label");
    if (!part.bytes(length, label, "label")) return at.adopt(part);
    append_label(name, label);
  }
  if (!jumped) at = part;
  name = base::lower(name);
  return true;
}

bool read_record(base::ByteView message, base::Reader& at, Record& out) {
  std::uint16_t kind = 0;
  return read_name(message, at, out.owner) && at.u16(out.type, "type") && at.u16(kind, "class") && at.skip(4, "ttl") &&
         at.prefixed16(out.data, "rdata");
}

std::vector<Record> read_records(base::ByteView message, base::Reader& at, std::uint16_t count, DnsAnswer& out) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, most_records); ++i) {
    Record record;
    if (!read_record(message, at, record)) {
      out.failure = at.failure();
      break;
    }
    records.push_back(std::move(record));
  }
  return records;
}

/// Where the aliases lead from the name that was asked for.
std::string last_alias(base::ByteView message, const std::vector<Record>& records, std::string name) {
  for (std::size_t i = 0; i < most_aliases; ++i) {
    const auto alias =
        std::find_if(records.begin(), records.end(), [&](const Record& r) { return r.type == type_cname && r.owner == name; });
    if (alias == records.end()) break;
    base::Reader target = alias->data;
    if (!read_name(message, target, name)) break;
  }
  return name;
}

bool read_tlsa(base::Reader data, DnsAnswer& out) {
  TlsaRecord record;
  const bool read = data.u8(record.usage, "usage") && data.u8(record.selector, "selector") && data.u8(record.matching, "matching type");
  if (read && data.empty()) data.refuse("certificate association data");
  if (data.failure()) {
    out.failure = data.failure();
    return false;
  }
  record.data.assign(data.rest().begin(), data.rest().end());
  out.tlsa.push_back(std::move(record));
  return true;
}

bool read_caa(base::Reader data, DnsAnswer& out) {
  CaaRecord record;
  std::uint8_t flags = 0;
  base::Reader tag;
  const bool read = data.u8(flags, "flags") && data.prefixed8(tag, "tag");
  if (read && tag.empty()) data.refuse("tag");  // RFC 8659 4.1: at least one character
  if (data.failure()) {
    out.failure = data.failure();
    return false;
  }
  record.critical = (flags & 0x80U) != 0;
  record.tag = base::text(tag.rest());
  record.value = base::text(data.rest());
  out.caa.push_back(std::move(record));
  return true;
}

}  // namespace

DnsAnswer read_dns_answer(base::ByteView message) {
  DnsAnswer out;
  base::Reader at(message);
  std::uint16_t flags = 0, questions = 0, answers = 0, kind = 0;
  const bool head = at.skip(2, "id") && at.u16(flags, "flags") && at.u16(questions, "questions") && at.u16(answers, "answers") &&
                    at.skip(4, "counts") && (questions == 1 || at.refuse("questions")) && read_name(message, at, out.name) &&
                    at.u16(out.type, "type") && at.u16(kind, "class");
  out.code = flags & 0xfU;
  out.validated = (flags & 0x20U) != 0;
  if (!head) {
    out.failure = at.failure();
    return out;
  }
  const std::vector<Record> records = read_records(message, at, answers, out);
  const std::string owner = last_alias(message, records, out.name);
  for (const Record& record : records) {
    if (record.owner != owner || record.type != out.type) continue;
    if (record.type == dns_tlsa && !read_tlsa(record.data, out)) break;
    if (record.type == dns_caa && !read_caa(record.data, out)) break;
  }
  return out;
}

}  // namespace whytls::net
