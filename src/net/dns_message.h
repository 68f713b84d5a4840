// SPDX-License-Identifier: Apache-2.0
// For tests: DNS messages as a server would write them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "net/dns_answer.h"

namespace whytls::net {

struct Resource {
  std::string owner;
  std::uint16_t type = 0;
  base::Bytes data;
};

inline void write_name(base::Writer& out, const std::string& name) {
  std::size_t at = 0;
  while (at < name.size()) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    out.prefixed8([&] { out.text(std::string_view(name).substr(at, dot - at)); });
    at = dot + 1;
  }
  out.u8(0);
}

inline base::Bytes name_bytes(const std::string& name) {
  base::Writer out;
  write_name(out, name);
  return out.take();
}

inline base::Bytes message(std::uint16_t flags, const std::string& name, std::uint16_t type, const std::vector<Resource>& answers) {
  base::Writer out;
  out.u16(7);
  out.u16(flags);
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(answers.size()));
  out.u32(0);
  write_name(out, name);
  out.u16(type);
  out.u16(1);
  for (const Resource& one : answers) {
    write_name(out, one.owner);
    out.u16(one.type);
    out.u16(1);
    out.u32(60);
    out.prefixed16([&] { out.bytes(one.data); });
  }
  return out.take();
}

inline base::Bytes caa(std::string_view tag, std::string_view value, std::uint8_t flags = 0) {
  base::Writer out;
  out.u8(flags);
  out.prefixed8([&] { out.text(tag); });
  out.text(value);
  return out.take();
}

inline const base::Bytes tlsa{3, 1, 1, 0xab, 0xcd};

}  // namespace whytls::net
