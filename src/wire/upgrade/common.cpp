// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace whytls::wire::dialogue {

UpgradeStep Dialogue::start() {
  open();
  return step_;
}

UpgradeStep Dialogue::feed(base::ByteView bytes) {
  step_.send.clear();
  if (!talking()) {
    keep(bytes);
    return step_;
  }
  const std::size_t taken = std::min(bytes.size(), max_dialogue - seen_);
  seen_ += taken;
  pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
  advance();
  if (talking() && seen_ == max_dialogue) failed(fmt::format("the {} dialogue did not end within {} bytes", title_, max_dialogue));
  if (!talking()) keep(bytes.subspan(taken));
  return step_;
}

void Dialogue::advance() {
  std::size_t used = 0;
  while (talking() && used < pending_.size()) {
    const base::ByteView in = base::ByteView(pending_).subspan(used);
    const std::size_t unit = consume(in.first(std::min(in.size(), max_unit)));
    if (unit == 0 && talking() && in.size() >= max_unit) not_spoken(in);
    if (unit == 0) break;
    used += unit;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
  if (!talking()) keep(std::exchange(pending_, {}));
}

void Dialogue::keep(base::ByteView rest) {
  if (step_.state != UpgradeState::upgraded) return;
  const std::size_t room = max_dialogue - std::min(left_over.size(), max_dialogue);
  const base::ByteView part = rest.first(std::min(rest.size(), room));
  left_over.insert(left_over.end(), part.begin(), part.end());
}

void Dialogue::say(std::string_view text) { say(base::view(text)); }
void Dialogue::say(base::ByteView bytes) { step_.send.insert(step_.send.end(), bytes.begin(), bytes.end()); }
void Dialogue::hear(std::string_view words) { step_.peer = base::printable(words); }

void Dialogue::upgraded() { step_.state = UpgradeState::upgraded; }

void Dialogue::not_offered(std::string detail, int status) {
  step_.state = UpgradeState::not_offered;
  step_.detail = std::move(detail);
  step_.status = status;
}

void Dialogue::refused(std::string detail, int status) {
  step_.state = UpgradeState::refused;
  step_.detail = std::move(detail);
  step_.status = status;
}

void Dialogue::failed(std::string detail) {
  step_.state = UpgradeState::failed;
  step_.detail = std::move(detail);
}

void Dialogue::not_spoken(base::ByteView instead) {
  // The first few bytes only: what else had come by then depends on how the network cut it.
  const std::string_view words = base::text(instead.first(std::min<std::size_t>(instead.size(), 80)));
  const std::string_view line = words.substr(0, words.find_first_of("\r\n"));
  hear(line);
  failed(fmt::format("the peer does not speak {}: it says \"{}\"", title_, base::printable(line)));
}

void Dialogue::not_spoken() { failed(fmt::format("the peer does not speak {}", title_)); }

std::size_t LineDialogue::consume(base::ByteView in) {
  // A control character opens no line of a text protocol: most likely a TLS record. To wait for its end of line would be to wait for ever.
  if (in[0] < 0x20 && in[0] != '\r' && in[0] != '\n' && in[0] != '\t') {
    not_spoken();
    return 0;
  }
  const std::string_view all = base::text(in);
  const std::size_t end = all.find('\n');
  if (end == std::string_view::npos) return 0;
  std::string_view text = all.substr(0, end);
  if (text.ends_with('\r')) text.remove_suffix(1);
  line(text);
  return end + 1;
}

namespace {

/// The code of "250-…", "250 …" or "250"; 0 where the line is no reply.
int reply_code(std::string_view line) {
  if (line.size() < 3 || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) return 0;
  const auto code = base::number(line.substr(0, 3));
  return code && *code >= 100 ? static_cast<int>(*code) : 0;
}

}  // namespace

std::string Reply::text() const { return base::printable(fmt::format("{} {}", code, lines.empty() ? "" : lines.back())); }

void ReplyDialogue::line(std::string_view text) {
  const int code = reply_code(text);
  if (reply_.code == 0 && code == 0) return not_spoken(base::view(text));
  const bool first = reply_.code == 0;
  if (first) reply_.code = code;
  const bool coded = code == reply_.code;
  reply_.lines.emplace_back(coded ? text.substr(std::min<std::size_t>(text.size(), 4)) : text);
  if (!coded || (text.size() > 3 && text[3] == '-')) return;
  const Reply whole = std::exchange(reply_, {});
  hear(whole.text());
  reply(whole);
}

std::string_view first_word(std::string_view line) {
  const std::string_view rest = base::trim(line);
  return rest.substr(0, rest.find_first_of(" \t"));
}

bool has_word(std::string_view line, std::string_view word) {
  const std::vector<std::string> words = base::split(line, " \t");
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return base::equals_nocase(w, word); });
}

bool plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::none_of(host.begin(), host.end(), [](char c) {
    return c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' || static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
}

}  // namespace whytls::wire::dialogue
