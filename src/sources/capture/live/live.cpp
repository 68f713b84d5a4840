// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/live/live.h"

#include <pcap/pcap.h>

#include <array>

#include "base/text.h"

namespace whytls::sources::capture {

struct LiveCapture::State {
  explicit State(pcap_t* handle) : pcap(handle) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (pcap) pcap_close(pcap);
  }

  pcap_t* pcap;
  std::uint64_t packets = 0;
  bool nanoseconds = false;
  std::string error;
};

namespace {

std::string words(pcap_t* pcap, int code) {
  const std::string own = pcap_geterr(pcap);
  const std::string general = pcap_statustostr(code);
  return own.empty() ? general : general + ": " + own;
}

base::Result<void> activate(pcap_t* pcap, const LiveOptions& options) {
  constexpr int wait = 100;  // milliseconds after which what is there is handed over
  pcap_set_snaplen(pcap, options.longest_packet);
  pcap_set_promisc(pcap, 0);
  pcap_set_timeout(pcap, wait);
  pcap_set_buffer_size(pcap, options.buffer);
  pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
  const int code = pcap_activate(pcap);
  if (code >= 0) return {};
  std::string what = words(pcap, code);
  if (code == PCAP_ERROR_PERM_DENIED) what = "this user may not capture: run it by sudo, or give the program CAP_NET_RAW";
  if (code == PCAP_ERROR_NO_SUCH_DEVICE) what = "there is no such interface; there are " + base::join(interfaces(), ", ");
  if (code == PCAP_ERROR_IFACE_NOT_UP) what = "the interface is down";
  return base::fail(base::Fault::environment, what, options.interface);
}

base::Result<void> set_filter(pcap_t* pcap, const LiveOptions& options) {
  if (options.filter.empty()) return {};
  bpf_program program{};
  if (pcap_compile(pcap, &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return base::fail(base::Fault::misuse, std::string("the filter is not understood: ") + pcap_geterr(pcap), options.filter);
  const int code = pcap_setfilter(pcap, &program);
  pcap_freecode(&program);
  if (code != 0) return base::fail(base::Fault::environment, words(pcap, code), options.filter);
  return {};
}

}  // namespace

LiveCapture::LiveCapture(std::unique_ptr<State> state) : state_(std::move(state)) {}
LiveCapture::LiveCapture(LiveCapture&&) noexcept = default;
LiveCapture& LiveCapture::operator=(LiveCapture&&) noexcept = default;
LiveCapture::~LiveCapture() = default;

base::Result<LiveCapture> LiveCapture::open(const LiveOptions& options) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  pcap_t* pcap = pcap_create(options.interface.c_str(), why.data());
  if (!pcap) return base::fail(base::Fault::environment, why.data(), options.interface);
  auto state = std::make_unique<State>(pcap);
  if (auto done = activate(pcap, options); !done) return tl::unexpected(done.error());
  if (auto done = set_filter(pcap, options); !done) return tl::unexpected(done.error());
  if (pcap_setnonblock(pcap, 1, why.data()) != 0) return base::fail(base::Fault::environment, why.data(), options.interface);
  state->nanoseconds = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO;
  return LiveCapture(std::move(state));
}

LiveCapture::Next LiveCapture::next(Packet& packet) {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int code = pcap_next_ex(state_->pcap, &header, &bytes);
  if (code == 0) return Next::none;
  if (code < 0) {
    state_->error = pcap_geterr(state_->pcap);
    return Next::over;
  }
  constexpr std::int64_t second = 1'000'000'000, microsecond = 1000;
  packet.when.packet = ++state_->packets;
  packet.when.at = header->ts.tv_sec * second + header->ts.tv_usec * (state_->nanoseconds ? 1 : microsecond);
  packet.link_type = static_cast<std::uint32_t>(pcap_datalink(state_->pcap));
  packet.original_size = header->len;
  packet.bytes = {bytes, header->caplen};
  return Next::packet;
}

int LiveCapture::descriptor() const { return pcap_get_selectable_fd(state_->pcap); }

std::uint64_t LiveCapture::dropped() const {
  pcap_stat stat{};
  if (pcap_stats(state_->pcap, &stat) != 0) return 0;
  return std::uint64_t{stat.ps_drop} + stat.ps_ifdrop;
}

const std::string& LiveCapture::error() const { return state_->error; }

std::vector<std::string> interfaces() {
  std::vector<std::string> out;
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  pcap_if_t* all = nullptr;
  if (pcap_findalldevs(&all, why.data()) != 0) return out;
  for (const pcap_if_t* each = all; each; each = each->next)
    if ((each->flags & PCAP_IF_UP) != 0) out.push_back(base::printable(each->name, 32));
  pcap_freealldevs(all);
  return out;
}

}  // namespace whytls::sources::capture
