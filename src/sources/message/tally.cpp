// SPDX-License-Identifier: Apache-2.0
#include "sources/message/tally.h"

#include <algorithm>
#include <array>
#include <functional>

#include "sources/message/log_scan.h"

namespace whytls::sources::message {

void Counts::add(std::string_view word, std::uint64_t times) {
  if (const auto known = words_.find(word); known != words_.end()) {
    known->second += times;
  } else if (words_.size() < most) {
    words_.emplace(word, times);
  } else {
    others_ += times;
  }
}

void Counts::add(const Counts& other) {
  for (const auto& [word, times] : other.words_) add(word, times);
  others_ += other.others_;
}

std::vector<std::pair<std::string, std::uint64_t>> Counts::sorted() const {
  std::vector<std::pair<std::string, std::uint64_t>> out(words_.begin(), words_.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

std::string_view trend_name(Trend trend) {
  constexpr std::array<std::string_view, 6> names{"unknown", "once", "rising", "steady", "falling", "stopped"};
  return names[static_cast<std::size_t>(trend)];
}

void Tally::add(const LogEvent& event) {
  ++count;
  if (event.time) {
    if (!first || *event.time < *first) first = event.time;
    if (!last || *event.time > *last) last = event.time;
    const std::int64_t hour = std::chrono::floor<std::chrono::hours>(*event.time).time_since_epoch().count();
    if (hours.size() < most_hours || hours.contains(hour)) ++hours[hour];
  }
  if (!event.client.empty()) {
    networks.add(network_of(event.client));
    if (clients.size() < most_clients) {
      clients.insert(std::hash<std::string>{}(event.client));
    } else {
      more_clients = more_clients || !clients.contains(std::hash<std::string>{}(event.client));
    }
  }
  if (!event.name.empty()) names.add(event.name);
  if (!event.version.empty()) versions.add(event.version);
  if (examples.size() < most_examples) examples.push_back(event.line);
}

void Tally::add(const Tally& other) {
  count += other.count;
  if (other.first && (!first || *other.first < *first)) first = other.first;
  if (other.last && (!last || *other.last > *last)) last = other.last;
  networks.add(other.networks);
  names.add(other.names);
  versions.add(other.versions);
  for (const auto& [hour, times] : other.hours) hours[hour] += times;
  more_clients = more_clients || other.more_clients || clients.size() + other.clients.size() > most_clients;
  for (const std::size_t each : other.clients)
    if (clients.size() < most_clients) clients.insert(each);
  for (const std::string& line : other.examples)
    if (examples.size() < most_examples) examples.push_back(line);
}

Trend Tally::trend(base::Time log_end) const {
  if (!first || !last) return Trend::unknown;
  if (count == 1) return Trend::once;
  const auto whole = *last - *first;
  if (log_end - *last > std::max<base::Duration>(whole, std::chrono::hours(1))) return Trend::stopped;
  if (whole < std::chrono::hours(2)) return Trend::steady;
  const std::int64_t middle = std::chrono::floor<std::chrono::hours>(*first + whole / 2).time_since_epoch().count();
  std::uint64_t before = 0, after = 0;
  for (const auto& [hour, times] : hours) (hour < middle ? before : after) += times;
  if (after > before + before / 2) return Trend::rising;
  return before > after + after / 2 ? Trend::falling : Trend::steady;
}

}  // namespace whytls::sources::message
