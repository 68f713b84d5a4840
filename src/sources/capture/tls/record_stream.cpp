// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/tls/record_stream.h"

#include <algorithm>

namespace whytls::sources::capture {
namespace {

using wire::ContentType;

std::size_t length_of(base::ByteView header) { return static_cast<std::size_t>(header[3]) << 8U | header[4]; }

}  // namespace

namespace {

/// 3 of SSL 3 and TLS; TLCP (GB/T 38636) counts from 1.1.
bool plausible_major(std::uint8_t major) { return major == 3 || major == 1; }

bool plausible_version(std::uint8_t major, std::uint8_t minor) {
  constexpr std::uint8_t highest_minor = 4;
  return (major == 3 && minor <= highest_minor) || (major == 1 && minor == 1);
}

}  // namespace

bool plausible_header(base::ByteView bytes) {
  if (bytes.size() < wire::record_header_size) return false;
  const bool known = bytes[0] >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) &&
                     bytes[0] <= static_cast<std::uint8_t>(ContentType::heartbeat);
  return known && plausible_version(bytes[1], bytes[2]) && length_of(bytes) <= wire::max_fragment;
}

bool plausible_chain(base::ByteView bytes) {
  if (bytes.size() < wire::record_header_size) return false;
  constexpr int enough = 4;  // as many records in a row are no accident
  const std::uint8_t minor = bytes[2];
  for (int seen = 0; seen < enough && bytes.size() >= wire::record_header_size; ++seen) {
    if (!plausible_header(bytes) || bytes[2] != minor || length_of(bytes) == 0) return false;
    const std::size_t size = wire::record_header_size + length_of(bytes);
    if (size >= bytes.size()) return true;
    bytes = bytes.subspan(size);
  }
  // What is left begins another record, or does not belong to any.
  const bool type = bytes[0] >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) &&
                    bytes[0] <= static_cast<std::uint8_t>(ContentType::heartbeat);
  return type && (bytes.size() < 2 || plausible_major(bytes[1]));
}

void RecordStream::pass_skipped(const Moment& when) {
  skipping_ = false;
  left_ = 0;
  end_record(when);
}

std::uint64_t RecordStream::feed(base::ByteView bytes, const Moment& when) {
  if (skipping_) pass_skipped(when);
  if (lost_ && !find_again(bytes)) return 0;
  while (!bytes.empty() && !over_) {
    if (have_ < head_.size()) {
      if (!take_header(bytes, when)) break;
      continue;
    }
    const base::ByteView piece = bytes.first(std::min(left_, bytes.size()));
    bytes = bytes.subspan(piece.size());
    take_body(piece, when);
  }
  // Of the first ones the ends matter, and when they came: they are the handshake of TLS 1.3.
  constexpr std::uint32_t of_handshake = 16;
  skipping_ = may_skip_ && left_ > 0 && opaque_ && !keep_ && opaque_records_ >= of_handshake;
  return skipping_ ? left_ : 0;
}

bool RecordStream::take_header(base::ByteView& bytes, const Moment& when) {
  const std::size_t piece = std::min(head_.size() - have_, bytes.size());
  std::copy_n(bytes.begin(), piece, head_.begin() + static_cast<std::ptrdiff_t>(have_));
  // What is no record is so from its first bytes on: a text of three letters need not wait for more.
  const std::size_t known = have_ + piece;
  const bool bad =
      (head_[0] < 20 || head_[0] > 26) || (known > 1 && !plausible_major(head_[1])) || (known == head_.size() && !plausible_header(head_));
  if (bad) {
    over_ = true;
    base::Bytes rest(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(have_));
    rest.insert(rest.end(), bytes.begin(), bytes.end());
    sink_->no_record(rest, when);
    return false;
  }
  have_ = known;
  bytes = bytes.subspan(piece);
  if (have_ < head_.size()) return false;
  begin_record();
  if (left_ == 0) end_record(when);
  return true;
}

void RecordStream::begin_record() {
  type_ = ContentType{head_[0]};
  version_ = static_cast<std::uint16_t>(head_[1] << 8U | head_[2]);
  size_ = left_ = length_of(head_);
  // Only alerts of two bytes are in the clear (RFC 8446 6); application data never is.
  const bool alert = type_ == ContentType::alert;
  opaque_ = type_ == ContentType::application_data || (alert ? size_ != 2 : protected_ && type_ != ContentType::change_cipher_spec);
  fragment_.clear();
}

void RecordStream::take_body(base::ByteView piece, const Moment& when) {
  if (undecided_ && type_ == ContentType::handshake && left_ == size_ &&
      piece[0] != static_cast<std::uint8_t>(wire::HandshakeType::client_hello))
    protected_ = opaque_ = true;
  constexpr std::size_t most_plain = 64;  // of what is neither handshake nor to be opened, the beginning is enough
  left_ -= piece.size();
  if (!opaque_ && type_ == ContentType::handshake) {
    if (!broken_message_) assembler_.feed(piece);
  } else if (opaque_ && keep_) {
    fragment_.insert(fragment_.end(), piece.begin(), piece.end());
  } else if (!opaque_ && fragment_.size() < most_plain) {
    fragment_.insert(fragment_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(std::min(piece.size(), most_plain)));
  }
  if (left_ == 0) end_record(when);
}

void RecordStream::end_record(const Moment& when) {
  have_ = 0;
  if (opaque_) {
    ++opaque_records_;
    sink_->protected_record(type_, version_, size_, fragment_, when);
  } else if (type_ == ContentType::handshake) {
    broken_message_ = false;
    hand_over_messages(when);
  } else {
    sink_->plain_record(type_, fragment_, when);
  }
}

void RecordStream::hand_over_messages(const Moment& when) {
  while (auto message = assembler_.next()) sink_->message(std::move(*message), when);
  if (!assembler_.oversized()) return;
  assembler_ = wire::HandshakeAssembler(largest_message);
  sink_->oversized(when);
}

void RecordStream::gap(std::uint64_t missing) {
  if (over_) return;
  if (skipping_) pass_skipped({});
  if (have_ == head_.size() && missing <= left_) {  // within one record: the next begins where it would have begun
    left_ -= static_cast<std::size_t>(missing);
    if (opaque_) {
      if (left_ == 0) end_record({});
      return;
    }
    assembler_ = wire::HandshakeAssembler(largest_message);
    broken_message_ = true;
    if (left_ == 0) {
      have_ = 0;
      broken_message_ = false;
    }
    return;
  }
  assembler_ = wire::HandshakeAssembler(largest_message);
  have_ = left_ = 0;
  lost_ = true;
}

bool RecordStream::find_again(base::ByteView& bytes) {
  for (std::size_t at = 0; at + wire::record_header_size <= bytes.size(); ++at) {
    if (!plausible_chain(bytes.subspan(at))) continue;
    bytes = bytes.subspan(at);
    lost_ = false;
    return true;
  }
  return false;
}

}  // namespace whytls::sources::capture
