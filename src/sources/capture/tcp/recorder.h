// SPDX-License-Identifier: Apache-2.0
// For tests: a reader that keeps all that it is told, and a capture fed through the layers below it.
#pragma once

#include <fmt/format.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sources/capture/capture_builder.h"
#include "sources/capture/link/decoder.h"
#include "sources/capture/tcp/reassembly.h"

namespace whytls::sources::capture::built {

/// One connection as its reader met it.
struct Heard {
  Endpoint opener, answerer;
  std::uint64_t number = 0;
  std::uint64_t first = 0;             ///< packet
  std::array<std::string, 2> streams;  ///< bytes, with "[gap N]" where some are missing
  std::array<bool, 2> finished{};
  std::string order;  ///< calls in their order: bytes "C" or "s", gaps "G" or "g", ends "F" or "f"
  std::optional<StreamReader::Over> over;
  TcpFacts facts;

  const std::string& opened() const { return streams[0]; }
  const std::string& answered() const { return streams[1]; }
  const TcpEnd& end(End which) const { return facts.ends[index(which)]; }
};

class Recorder {
 public:
  /// What a reader answers to the bytes that it gets.
  using Answer = std::function<std::uint64_t(End, base::ByteView)>;

  explicit Recorder(const TcpLimits& limits = {})
      : tcp(
            [this](const Endpoint& opener, const Endpoint& answerer, const Moment& first, std::uint64_t number) {
              heard.push_back(std::make_unique<Heard>());
              heard.back()->opener = opener;
              heard.back()->answerer = answerer;
              heard.back()->number = number;
              heard.back()->first = first.packet;
              return wanted ? std::make_unique<Reader>(*heard.back(), answer) : nullptr;
            },
            connections, limits),
        decoder([this](const Segment& segment) { tcp.feed(segment); }, [](auto&&...) {},
                [this](const IcmpError& error) { tcp.icmp(error); }) {}

  /// All of a capture, to its end.
  Recorder& all(const Script& script) {
    script.each([this](const Packet& packet) { decoder.feed(packet); });
    tcp.finish();
    return *this;
  }
  const Heard& operator[](std::size_t at) const { return *heard.at(at); }

  std::vector<std::unique_ptr<Heard>> heard;
  Answer answer = [](End, base::ByteView) { return std::uint64_t{0}; };
  bool wanted = true;
  std::uint64_t connections = 0;
  TcpReassembly tcp;
  link::Decoder decoder;

 private:
  class Reader : public StreamReader {
   public:
    Reader(Heard& heard, const Answer& answer) : heard_(heard), answer_(answer) {}
    std::uint64_t bytes(End from, base::ByteView bytes, const Moment& /*when*/) override {
      heard_.streams[index(from)] += base::text(bytes);
      heard_.order += from == End::opener ? 'C' : 's';
      return answer_(from, bytes);
    }
    void gap(End from, std::uint64_t missing, const Moment& /*when*/) override {
      heard_.streams[index(from)] += fmt::format("[gap {}]", missing);
      heard_.order += from == End::opener ? 'G' : 'g';
    }
    void finished(End from, const Moment& /*when*/) override {
      heard_.finished[index(from)] = true;
      heard_.order += from == End::opener ? 'F' : 'f';
    }
    void over(Over why, const TcpFacts& tcp) override {
      heard_.over = why;
      heard_.facts = tcp;
    }

   private:
    Heard& heard_;
    const Answer& answer_;
  };
};

}  // namespace whytls::sources::capture::built
