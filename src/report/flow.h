// SPDX-License-Identifier: Apache-2.0
// A handshake that was only watched: how it is named, its messages as a ladder of arrows, and what a watcher cannot see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/layout.h"
#include "report/report.h"

namespace whytls::report {

/// Messages of one side that follow each other and are of one kind, or how the connection ended.
struct MessageRow {
  Peer from = Peer::client;
  std::string type, text;
  double at = 0;
  std::size_t bytes = 0, count = 1;
  std::optional<std::uint64_t> packet;
};
std::vector<MessageRow> message_rows(const Report& report);

/// The address of "192.0.2.7:51234" or "[2001:db8::1]:443".
std::string_view address_of(std::string_view endpoint);
/// "10.0.0.7 → shop.example.com (203.0.113.5:443)", for a report that has a flow.
std::string flow_words(const Report& report);
/// "2026-11-21 10:02:03.125"; for people, in UTC.
std::string moment_words(base::Time time);
/// How the server's name and address read in a table: "shop.example.com (203.0.113.5:443)".
std::string server_words(std::string_view name, std::string_view endpoint);
/// "Firefox 128 (JA4 t13d…)", "JA4 t13d…"; empty where nothing is known.
std::string client_words(std::string_view guess, std::string_view ja4);
/// Too little was seen to say how it ended.
bool barely_seen(const Report& report);
/// What keeps a watcher from seeing the reason, in words.
std::vector<std::string> out_of_sight(const Report& report);
/// What would tell: a live diagnosis of the same server, the log of whoever ended it.
std::vector<std::string> flow_to_decide(const Report& report);

/// What would make the verdict certain; of a watched flow the command that asks its server. Empty where it is certain.
std::string surer_words(const Report& report);

/// Which flow it was, and what client software; nothing for a report without one.
void print_flow(Sheet& sheet, const Report& report);
/// Packet, time, direction and name of each message; repeated ones on one line, and the middle left out where there are many.
void print_messages(Sheet& sheet, const Report& report);

}  // namespace whytls::report
