// SPDX-License-Identifier: Apache-2.0
// Which connection a segment belongs to: the pair of endpoints, looked up in a table of open addressing whose hash has a key of its own in
// each run, so that nobody can prepare a capture that makes it slow.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sources/capture/packet.h"
#include "sources/capture/tcp/connection.h"

namespace whytls::sources::capture::tcp {

constexpr std::uint32_t none = 0xffffffff;

/// Both endpoints, the smaller one first: the same for both directions.
struct FlowKey {
  std::array<std::uint64_t, 4> addresses{};
  std::array<std::uint16_t, 2> ports{};
  bool v6 = false;

  bool operator==(const FlowKey& other) const {
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) differs |= addresses[i] ^ other.addresses[i];
    return (differs | (ports[0] ^ other.ports[0]) | (ports[1] ^ other.ports[1])) == 0 && v6 == other.v6;
  }
};

struct KeyOf {
  FlowKey key;
  bool swapped = false;  ///< the first endpoint given is the second one of the key
};
KeyOf key_of(const Endpoint& from, const Endpoint& to);

/// The lists in which flows are kept by age: alive; closed, waiting for what may still come; over.
enum class Stage : std::uint8_t { alive, closing, over };

/// What stays of every connection, also when it is over: late packets must not make a new one.
struct Flow {
  FlowKey key;
  std::unique_ptr<Connection> connection;  ///< empty once it is over
  std::int64_t listed = 0;                 ///< when it came to its place in the list
  std::array<bool, 2> syn{};
  Stage stage = Stage::alive;
  std::array<std::uint32_t, 2> first{};  ///< sequence numbers of the SYNs of the key's endpoints
  std::uint32_t hash = 0;
  std::uint32_t older = none, newer = none;  ///< neighbours in the list of its stage; `newer` is the next free one where it is free
};

class FlowTable {
 public:
  FlowTable();

  /// Its number in the table, or `none`.
  std::uint32_t find(const FlowKey& key) const;
  std::uint32_t insert(const FlowKey& key, std::int64_t now);
  void erase(std::uint32_t flow);
  Flow& operator[](std::uint32_t flow) { return chunks_[flow / chunk][flow % chunk]; }
  const Flow& operator[](std::uint32_t flow) const { return chunks_[flow / chunk][flow % chunk]; }

  /// Puts it at the young end of a stage's list.
  void move(std::uint32_t flow, Stage to, std::int64_t now);
  std::uint32_t oldest(Stage of) const { return lists_[static_cast<std::size_t>(of)].oldest; }

  std::size_t size() const { return size_; }
  /// Bytes held for flows, their connections not counted.
  std::size_t memory() const { return size_ * sizeof(Flow) + slots_.size() * sizeof(Slot); }

 private:
  static constexpr std::uint32_t chunk = 4096;
  struct Slot {
    std::uint32_t hash = 0, flow = none;
  };
  struct List {
    std::uint32_t oldest = none, newest = none;
  };

  std::uint32_t hash(const FlowKey& key) const;
  std::size_t slot_of(std::uint32_t flow) const;
  void place(std::uint32_t hash, std::uint32_t flow);
  void grow();
  void unlink(Flow& at);

  std::array<std::uint64_t, 4> secret_{};
  std::vector<Slot> slots_;  ///< a power of two, at most two thirds full
  std::vector<std::unique_ptr<Flow[]>> chunks_;
  std::uint32_t free_ = none, used_ = 0;
  std::size_t size_ = 0;
  std::array<List, 3> lists_;
};

}  // namespace whytls::sources::capture::tcp
