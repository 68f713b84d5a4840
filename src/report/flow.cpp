// SPDX-License-Identifier: Apache-2.0
#include "report/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace whytls::report {
namespace {

using evidence::Kind;

constexpr std::size_t most_rows = 14, rows_before_gap = 9, longest_name = 100;

std::string row_words(const MessageRow& row) {
  std::string out = row.type;
  if (row.count > 1) out = fmt::format("{} {}", row.count, row.type);
  if (row.bytes > 0) out += fmt::format(", {} byte{}", row.bytes, row.bytes == 1 ? "" : "s");
  if (!row.text.empty()) out += ": " + row.text;
  return out;
}

void print_row(Sheet& sheet, const MessageRow& row) {
  constexpr std::size_t indent = 2, column = 25, most_lines = 2;
  const bool utf8 = sheet.style().utf8;
  const std::string_view arrow = row.from == Peer::client ? (utf8 ? "→" : ">") : (utf8 ? "←" : "<");
  std::string head = fmt::format("{:>9}  {:>9.6f}  {} ", row.packet ? std::to_string(*row.packet) : "", row.at, arrow);
  const std::size_t room = sheet.style().width - indent - column;
  std::vector<std::string> lines = wrapped(base::printable(row_words(row)), room);
  if (lines.size() > most_lines) {
    lines.resize(most_lines);
    lines.back() += utf8 ? " …" : " ...";
  }
  for (const std::string& line : lines) {
    sheet.verbatim(indent, head + line);
    head.assign(column, ' ');
  }
}

/// A name that may stand in a command as it is: peers choose it.
bool plain_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= 253 && name.front() != '-' && std::all_of(name.begin(), name.end(), fits);
}

/// The command that asks the same server what a capture cannot; empty where it cannot be asked.
std::string live_command(const Report& report) {
  const Flow& flow = *report.flow;
  const std::size_t colon = flow.server.rfind(':');
  // Through these nobody asks from outside.
  constexpr std::array<std::string_view, 6> closed{"http-connect", "socks4", "socks5", "tds", "openvpn", "tls"};
  if (flow.protocol != "tls" || colon == std::string::npos || std::find(closed.begin(), closed.end(), flow.upgrade) != closed.end())
    return {};
  const auto& name = report.handshake.offered.server_name;
  const bool named = name && plain_name(*name);
  std::string out = "whytls " + (named ? *name + flow.server.substr(colon) + " --connect " + flow.server : flow.server);
  if (!name) out += " --no-servername";
  if (plain_name(flow.upgrade)) out += " --starttls " + flow.upgrade;
  return out;
}

std::string sight_words(const evidence::Fact& fact) {
  if (!fact.text.empty()) return fact.text;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> known{
      {{"begins-midway", "the capture begins after the connection did"},
       {"cut-off", "the capture ends before the connection does"},
       {"client-missing", "no packet of the client is in it"},
       {"server-missing", "no packet of the server is in it"},
       {"client-lost", "packets of the client are missing"},
       {"server-lost", "packets of the server are missing"},
       {"cut-packets", "packets were captured only in part"}}};
  for (const auto& [subject, words] : known)
    if (fact.subject == subject) return std::string(words);
  return fact.subject;
}

/// TLS 1.3, and nobody gave its keys: all but the hellos is out of sight.
bool sealed(const Report& report) {
  const Handshake& handshake = report.handshake;
  return handshake.selected.version == 0x0304 && handshake.certificates.empty() && !handshake.selected.resumed.value_or(false);
}

}  // namespace

std::vector<MessageRow> message_rows(const Report& report) {
  std::vector<MessageRow> rows;
  for (const Message& message : report.handshake.messages) {
    const bool again = !rows.empty() && rows.back().from == message.from && rows.back().type == message.type && message.text.empty() &&
                       rows.back().text.empty();
    if (again) {
      ++rows.back().count;
      rows.back().bytes += message.bytes;
    } else {
      rows.push_back({message.from, message.type, message.text, std::max(0.0, message.at), message.bytes, 1, message.packet});
    }
  }
  if (report.flow && report.flow->ended) {
    const FlowEnd& end = *report.flow->ended;
    rows.push_back({end.from, end.text, "", std::max(0.0, end.at), 0, 1, end.packet});
  }
  return rows;
}

std::string_view address_of(std::string_view endpoint) {
  std::string_view out = endpoint.substr(0, endpoint.rfind(':'));
  if (out.starts_with('[') && out.ends_with(']')) out = out.substr(1, out.size() - 2);
  return out;
}

std::string server_words(std::string_view name, std::string_view endpoint) {
  if (name.empty() || name == address_of(endpoint)) return std::string(endpoint);
  return fmt::format("{} ({})", base::printable(name, longest_name), endpoint);
}

std::string client_words(std::string_view guess, std::string_view ja4) {
  if (guess.empty()) return ja4.empty() ? "" : fmt::format("JA4 {}", ja4);
  return ja4.empty() ? std::string(guess) : fmt::format("{} (JA4 {})", guess, ja4);
}

std::string moment_words(base::Time time) {
  const std::string text = base::rfc3339(time);
  return text.substr(0, 10) + " " + text.substr(11, text.size() - 12);
}

std::string flow_words(const Report& report) {
  const Flow& flow = *report.flow;
  return fmt::format("{} → {}", address_of(flow.client), server_words(report.handshake.offered.server_name.value_or(""), flow.server));
}

bool barely_seen(const Report& report) {
  return report.evidence.text(Kind::failure).empty() && report.diagnosis.outcome == diagnosis::Outcome::undetermined;
}

std::vector<std::string> out_of_sight(const Report& report) {
  std::vector<std::string> out;
  for (const evidence::Fact* fact : report.evidence.all(Kind::sight)) out.push_back(sight_words(*fact));
  if (sealed(report))
    out.emplace_back("in TLS 1.3 all that follows the ServerHello is encrypted: with the keys (--keylog FILE) it can be read");
  return out;
}

std::vector<std::string> flow_to_decide(const Report& report) {
  std::vector<std::string> out;
  if (std::string command = live_command(report); !command.empty()) out.push_back(std::move(command));
  if (report.flow->start && report.flow->ended)
    out.push_back(fmt::format("the {}'s log at {} UTC: it ended the connection and may say why", peer_name(report.flow->ended->from),
                              moment_words(*report.flow->start)));
  return out;
}

std::string surer_words(const Report& report) {
  if (!report.diagnosis.verdict || report.diagnosis.verdict->finding.confidence == diagnosis::Confidence::certain) return {};
  std::string words = report.diagnosis.verdict->finding.to_be_surer;
  if (!report.flow) return words;
  constexpr std::string_view open = "whytls TARGET";
  const std::string command = live_command(report);
  if (command.empty() || words.find(command) != std::string::npos) return words;
  if (const std::size_t at = words.find(open); at != std::string::npos) return words.replace(at, open.size(), command);
  return words.empty() ? command : words + "; or ask the server itself: " + command;
}

void print_flow(Sheet& sheet, const Report& report) {
  if (!report.flow) return;
  const Flow& flow = *report.flow;
  std::string words = fmt::format("{}{}", flow.number, flow.file.empty() ? "" : " of " + flow.file);
  if (flow.start) words += ", " + moment_words(*flow.start) + " UTC";
  if (flow.protocol != "tls") words += flow.protocol == "quic" ? ", QUIC" : ", DTLS";
  if (!flow.upgrade.empty()) words += ", after " + flow.upgrade;
  if (!flow.history.empty()) words += ", history " + flow.history;
  sheet.entry("flow", words);
  const std::string software = client_words(flow.client_guess, report.handshake.offered.ja4);
  sheet.entry("client", flow.client + (software.empty() ? "" : (flow.client_guess.empty() ? ", " : ", looks like ") + software));
}

void print_messages(Sheet& sheet, const Report& report) {
  const std::vector<MessageRow> rows = message_rows(report);
  if (rows.empty()) return;
  sheet.verbatim(2, "   packet    seconds", Tone::dim);
  const std::size_t hidden = rows.size() > most_rows ? rows.size() - (most_rows - 1) : 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (hidden > 0 && i == rows_before_gap) {
      sheet.verbatim(2, fmt::format("{:>9}  and {} more", "", hidden), Tone::dim);
      i += hidden;
    }
    print_row(sheet, rows[i]);
  }
}

}  // namespace whytls::report
