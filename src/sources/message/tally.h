// SPDX-License-Identifier: Apache-2.0
// Counts of one kind of failure in a log: when, from where, for which names. Bounded, whatever the log holds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/time.h"

namespace whytls::sources::message {

struct LogEvent;

/// The most frequent words; those that do not fit are counted together.
class Counts {
 public:
  void add(std::string_view word, std::uint64_t times = 1);
  void add(const Counts& other);
  /// Most frequent first, then by name.
  std::vector<std::pair<std::string, std::uint64_t>> sorted() const;
  std::uint64_t others() const { return others_; }
  bool empty() const { return words_.empty(); }

  static constexpr std::size_t most = 4096;

 private:
  std::map<std::string, std::uint64_t, std::less<>> words_;
  std::uint64_t others_ = 0;
};

enum class Trend : std::uint8_t { unknown, once, rising, steady, falling, stopped };
std::string_view trend_name(Trend trend);

class Tally {
 public:
  void add(const LogEvent& event);
  void add(const Tally& other);

  std::uint64_t count = 0;
  std::optional<base::Time> first, last;
  Counts networks, names, versions;
  std::map<std::int64_t, std::uint64_t> hours;  ///< by hours since 1970
  std::unordered_set<std::size_t> clients;      ///< hashes of addresses
  bool more_clients = false;                    ///< than could be told apart
  std::vector<std::string> examples;

  /// From the counts by the hour up to the log's last moment.
  Trend trend(base::Time log_end) const;

  static constexpr std::size_t most_clients = 65536, most_hours = 9600, most_examples = 2;
};

}  // namespace whytls::sources::message
