// SPDX-License-Identifier: Apache-2.0
// Text that comes from a peer, made harmless, and the small conversions that every module needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace whytls::base {

/// A peer's text fit for a terminal, JSON or HTML source: valid UTF-8 without control characters (C0, DEL, C1), bidirectional
/// and zero-width marks; every refused byte or mark becomes `\xNN` or `\u{NNNN}`, and a text longer than `limit` bytes is cut with "…".
std::string printable(std::string_view raw, std::size_t limit = 512);
std::string printable(ByteView raw, std::size_t limit = 512);

std::string hex(ByteView bytes, std::string_view separator = "");
/// Even number of hexadecimal digits; spaces and colons between bytes are allowed.
std::optional<Bytes> unhex(std::string_view text);

std::string lower(std::string_view text);
std::string_view trim(std::string_view text);
bool starts_with_nocase(std::string_view text, std::string_view prefix);
bool equals_nocase(std::string_view a, std::string_view b);
/// Splits at any character of `separators`; empty pieces are left out.
std::vector<std::string> split(std::string_view text, std::string_view separators);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
/// A decimal number without sign, at most `max`.
std::optional<std::uint64_t> number(std::string_view text, std::uint64_t max = UINT64_MAX);
/// The candidate nearest to a misspelt word (edit distance at most a third of its length), for "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace whytls::base
