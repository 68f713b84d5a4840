// SPDX-License-Identifier: Apache-2.0
// Any bytes as datagrams of DTLS: records and fragments stay inside them, messages are bounded, and the order in which datagrams come
// does not change a message.
#include <cstdlib>
#include <vector>

#include "wire/dtls.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

void read(base::ByteView datagram, wire::DtlsAssembler& assembler) {
  while (const auto record = wire::next_dtls_record(datagram, 2)) {
    require(record->size > 0 && record->size <= datagram.size() && record->fragment.size() < record->size);
    datagram = datagram.subspan(record->size);
    base::Reader reader(record->fragment);
    while (const auto fragment = wire::read_dtls_fragment(reader)) {
      require(fragment->offset + fragment->body.size() <= fragment->length);
      assembler.add(*fragment);
    }
  }
}

}  // namespace

/// The first byte says how long each datagram is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1U + data[0] * 8U;
  base::ByteView rest(data + 1, size - 1);
  require(!wire::begins_dtls(rest) || wire::next_dtls_record(rest).has_value());
  wire::DtlsAssembler assembler;
  while (!rest.empty()) {
    read(rest.first(std::min(step, rest.size())), assembler);
    rest = rest.subspan(std::min(step, rest.size()));
    while (const auto message = assembler.next()) require(message->message.raw.size() <= wire::DtlsAssembler::longest + 4);
  }
  require(assembler.memory() <= wire::DtlsAssembler::furthest * (wire::DtlsAssembler::longest * 2 + 65536));
  std::uint16_t last = 0;
  while (const auto message = assembler.next_whole()) {
    require(message->sequence >= last);
    last = message->sequence;
  }
  return 0;
}
