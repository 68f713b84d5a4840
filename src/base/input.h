// SPDX-License-Identifier: Apache-2.0
// The bytes of a file or of standard input, as they are or unpacked (gzip, zstd), told apart by their first bytes. Never holds more than a
// block, however much a packed file grows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace whytls::base {

class Input {
 public:
  /// "-" is standard input. What is missing or a folder is an error here.
  static Result<Input> open(const std::string& path);
  /// From memory, for tests: as a file of that name would be read.
  static Input of(Bytes bytes, std::string name);
  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  /// What is there, at least one byte unless it is over: does not wait for `to` to be full. 0: the end, for now. A damaged or cut packed
  /// file is an error, after all that could be unpacked.
  Result<std::size_t> read(std::span<std::uint8_t> to);
  /// A plain file that was cut, or replaced by another of its name, is read from its beginning; `true` where that happened.
  bool reopen_if_replaced();

  /// For messages: the path, or "standard input".
  const std::string& name() const;

 private:
  class Source;
  explicit Input(std::unique_ptr<Source> source);

  std::unique_ptr<Source> source_;
};

}  // namespace whytls::base
