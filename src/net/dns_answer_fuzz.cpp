// SPDX-License-Identifier: Apache-2.0
// Whatever a DNS server sends ends, within bounds; and what was read of records comes out again when it is written anew.
#include <cstdlib>

#include "net/dns_answer.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

void write_record(base::Writer& out, std::uint16_t type, const base::Bytes& head, std::string_view rest) {
  out.u16(0xc00c);  // the name of the question
  out.u16(type);
  out.u16(1);
  out.u32(60);
  out.prefixed16([&] {
    out.bytes(head);
    out.text(rest);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const net::DnsAnswer read = net::read_dns_answer({data, size});
  require(read.tlsa.size() + read.caa.size() <= 64 && read.name.size() <= 1024);
  require(read.tlsa.empty() || read.caa.empty());
  base::Writer out;
  out.u16(7);
  out.u16(static_cast<std::uint16_t>(0x8180U | read.code));
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(read.tlsa.size() + read.caa.size()));
  out.u32(0);
  out.bytes(base::Bytes{1, 'x', 0});
  out.u16(read.type);
  out.u16(1);
  for (const net::TlsaRecord& one : read.tlsa)
    write_record(out, net::dns_tlsa, {one.usage, one.selector, one.matching}, base::text(one.data));
  for (const net::CaaRecord& one : read.caa)
    write_record(out, net::dns_caa, {static_cast<std::uint8_t>(one.critical ? 128 : 0), static_cast<std::uint8_t>(one.tag.size())},
                 one.tag + one.value);
  const net::DnsAnswer again = net::read_dns_answer(out.data());
  require(!again.failure && again.name == "x" && again.code == read.code);
  require(again.tlsa.size() == read.tlsa.size() && again.caa.size() == read.caa.size());
  for (std::size_t i = 0; i < read.tlsa.size(); ++i) require(again.tlsa[i].data == read.tlsa[i].data);
  for (std::size_t i = 0; i < read.caa.size(); ++i) require(again.caa[i].value == read.caa[i].value && again.caa[i].tag == read.caa[i].tag);
  return 0;
}
