// SPDX-License-Identifier: Apache-2.0
// However a handshake stream is cut into fragments, the same messages come out of it, and together with what is pending they are the
// stream; a message over the limit ends the reading.
#include <cstdlib>

#include "base/text.h"
#include "wire/handshake.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  std::string messages;
  std::size_t pending = 0;
  bool oversized = false;
};

Read assemble(base::ByteView stream, std::size_t step, std::size_t limit) {
  wire::HandshakeAssembler assembler(limit);
  Read out;
  while (!stream.empty() && !assembler.oversized()) {
    const base::ByteView fragment = stream.first(std::min(step, stream.size()));
    stream = stream.subspan(fragment.size());
    assembler.feed(fragment);
    while (const auto message = assembler.next()) {
      require(message->raw.size() >= 4 && message->body().size() + 4 == message->raw.size() && message->body().size() <= limit);
      out.messages += base::text(message->raw);
    }
  }
  out.pending = assembler.pending();
  out.oversized = assembler.oversized();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const base::ByteView stream(data + 2, size - 2);
  const std::size_t limit = data[1] * std::size_t{64};
  const Read whole = assemble(stream, stream.size() + 1, limit);
  const Read cut = assemble(stream, data[0] % 32 + 1U, limit);
  require(whole.messages == cut.messages && whole.oversized == cut.oversized);
  require(base::text(stream).substr(0, whole.messages.size()) == whole.messages);
  if (!whole.oversized) require(whole.messages.size() + whole.pending == stream.size() && whole.pending == cut.pending);
  return 0;
}
