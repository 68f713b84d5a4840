// SPDX-License-Identifier: Apache-2.0
// An HTTP answer of whatever shape ends; its body is within the limit, comes with status 200 only, and what is said of it is printable.
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "net/fetch/http_answer.h"

namespace {

using namespace whytls;

void require(bool holds) {
  if (!holds) std::abort();
}

class Script final : public net::Stream {
 public:
  Script(base::ByteView left, std::size_t step) : left_(left), step_(step) {}
  net::ReadResult read(net::Deadline) override {
    if (left_.empty()) return {net::End::closed, {}};
    const base::ByteView part = left_.first(std::min(step_, left_.size()));
    left_ = left_.subspan(part.size());
    return {net::End::open, {part.begin(), part.end()}};
  }
  net::End write(base::ByteView, net::Deadline, std::size_t) override { return net::End::open; }
  void close() override {}
  void abort() override {}
  net::KernelView kernel() const override { return {}; }
  std::vector<net::IcmpError> icmp_errors() override { return {}; }
  std::optional<net::HopView> hops() const override { return std::nullopt; }
  net::Address local() const override { return {}; }
  net::Address remote() const override { return {}; }

 private:
  base::ByteView left_;
  std::size_t step_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Script stream(base::ByteView(data + 1, size - 1), data[0] % 64 + 1U);
  net::HttpResponse out;
  const std::string location = net::read_answer(stream, {.max_bytes = 256}, net::Clock::now() + std::chrono::hours(1), out);
  require(out.body.size() <= 256 && (out.body.empty() || out.status == 200));
  require(location.empty() || out.status / 100 == 3);
  require(base::printable(out.failure, 4096) == out.failure);
  require(out.failure.empty() || location.empty());
  return 0;
}
