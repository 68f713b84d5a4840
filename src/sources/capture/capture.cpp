// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/capture.h"

#include "sources/capture/link/decoder.h"
#include "sources/capture/tcp/reassembly.h"
#include "sources/capture/tls/tls_reader.h"
#include "sources/capture/udp/udp_flows.h"

namespace whytls::sources::capture {

struct Capture::Parts {
  Parts(const HandshakeSink& sink, const KeyLog* keys, std::uint64_t& connections)
      : options{.keys = keys},
        tcp([this, &sink](const Endpoint& opener, const Endpoint& answerer, const Moment& first,
                          std::uint64_t number) { return std::make_unique<TlsReader>(opener, answerer, first, number, options, sink); },
            connections),
        udp(sink, connections, keys),
        decoder([this](const Segment& segment) { tcp.feed(segment); },
                [this](const Moment& when, const Endpoint& from, const Endpoint& to, base::ByteView payload) {
                  udp.feed(when, from, to, payload);
                },
                [this](const IcmpError& error) { error.about_tcp ? tcp.icmp(error) : udp.icmp(error); }) {}

  TlsOptions options;
  TcpReassembly tcp;
  UdpFlows udp;
  link::Decoder decoder;
};

Capture::Capture(HandshakeSink sink, const KeyLog* keys)
    : sink_([this, given = std::move(sink)](Handshake&& handshake) {
        handshake.silence = last_.at - handshake.last.at;
        given(std::move(handshake));
      }),
      parts_(std::make_unique<Parts>(sink_, keys, connections_)) {}

Capture::~Capture() = default;

void Capture::feed(const Packet& packet) {
  ++packets_;
  bytes_ += packet.original_size;
  if (first_.packet == 0) first_ = packet.when;
  last_ = packet.when;
  parts_->decoder.feed(packet);
  parts_->udp.expire(last_.at);
}

void Capture::advance(std::int64_t now) {
  parts_->tcp.advance(now);
  parts_->udp.expire(now);
}

void Capture::finish() {
  parts_->tcp.finish();
  parts_->udp.finish();
}

std::vector<std::pair<std::string, std::uint64_t>> Capture::undecoded() const {
  auto out = parts_->decoder.undecoded();
  for (auto& more : parts_->udp.undecoded()) out.push_back(std::move(more));
  return out;
}

std::size_t Capture::open_connections() const { return parts_->tcp.living() + parts_->udp.flows(); }

std::uint64_t Capture::evicted() const { return parts_->tcp.evicted() + parts_->udp.evicted(); }

}  // namespace whytls::sources::capture
