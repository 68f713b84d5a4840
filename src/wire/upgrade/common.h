// SPDX-License-Identifier: Apache-2.0
// What the dialogues of this folder share: bounded collecting of bytes, lines, and three-digit replies. Pure: no socket, no clock.
// A dialogue's outcome never depends on how its peer's bytes were cut into pieces; the fuzz target holds every one of them to that.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/upgrade.h"

namespace whytls::wire::dialogue {

inline constexpr std::size_t max_dialogue = 65536;  ///< bytes from the peer, in all
inline constexpr std::size_t max_unit = 8192;       ///< bytes of one line, tag or message

/// Collects what the peer says and hands it on unit by unit.
class Dialogue : public Upgrade {
 public:
  UpgradeStep start() final;
  UpgradeStep feed(base::ByteView bytes) final;

 protected:
  /// `title` is a literal, as people write the protocol's name.
  explicit Dialogue(std::string_view title) : title_(title) {}

  /// Says the first words of a client that speaks first.
  virtual void open() {}
  /// Understands one unit at the front of `in` (never empty) and returns its bytes; 0: more are needed.
  virtual std::size_t consume(base::ByteView in) = 0;

  void say(std::string_view text);
  void say(base::ByteView bytes);
  /// The last words of the peer that matter.
  void hear(std::string_view words);

  void upgraded();
  void not_offered(std::string detail, int status = 0);
  void refused(std::string detail, int status = 0);
  void failed(std::string detail);
  /// `failed`, with the usual sentence and what came instead.
  void not_spoken(base::ByteView instead);
  /// The same where the first byte settles it: what stands behind it may not have come yet.
  void not_spoken();

  bool talking() const { return step_.state == UpgradeState::talking; }
  std::string_view title() const { return title_; }
  const std::string& peer() const { return step_.peer; }

 private:
  void advance();
  void keep(base::ByteView rest);

  std::string_view title_;
  UpgradeStep step_;
  base::Bytes pending_;
  std::size_t seen_ = 0;
};

/// Lines that end in LF, with or without CR.
class LineDialogue : public Dialogue {
 protected:
  using Dialogue::Dialogue;
  virtual void line(std::string_view text) = 0;

 private:
  std::size_t consume(base::ByteView in) final;
};

/// One reply of SMTP, FTP or NNTP: `lines` are without their code, the last one is the end of the reply.
struct Reply {
  int code = 0;
  std::vector<std::string> lines;

  int category() const { return code / 100; }
  std::string text() const;  ///< "454 TLS not available", of the last line; printable
};

/// Replies of three digits, over one or more lines (RFC 5321 4.2.1, RFC 959 4.2: what stands between the first line and the last is free).
class ReplyDialogue : public LineDialogue {
 protected:
  using LineDialogue::LineDialogue;
  virtual void reply(const Reply& reply) = 0;
  void line(std::string_view text) override;

 private:
  Reply reply_;
};

/// The first word of a line, without the blanks before it.
std::string_view first_word(std::string_view line);
/// Does `word` stand in `line` between blanks, in any case?
bool has_word(std::string_view line, std::string_view word);
/// A host name or address that may stand in a command or header: no blank, no control character, at most 255 bytes.
bool plain_host(std::string_view host);

template <class T>
std::unique_ptr<Upgrade> begin(const UpgradeOptions& options) {
  return std::make_unique<T>(options);
}

}  // namespace whytls::wire::dialogue
