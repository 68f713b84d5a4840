// SPDX-License-Identifier: Apache-2.0
// What a function returns when *we* may be unable to do our work. What a peer did wrong is evidence, never an Error.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace whytls::base {

/// Why we could not do our work.
enum class Fault {
  misuse,       ///< the caller or the user asked for something that makes no sense
  input,        ///< a file or text that the user gave cannot be read or used
  environment,  ///< this machine: memory, files, sockets, libraries
  limit,        ///< one of our own bounds was reached
};

/// One clear sentence: what, where, what was expected.
struct Error {
  Fault fault = Fault::environment;
  std::string what;   ///< the sentence, lower case, no full stop
  std::string where;  ///< file, file:line, endpoint or option; empty when there is none
  int system = 0;     ///< errno, or 0

  /// "where: what", or "what" alone.
  std::string text() const { return where.empty() ? what : where + ": " + what; }
};

/// A value or an Error; discarding it is a warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// `return fail(Fault::input, "…", where);`
inline tl::unexpected<Error> fail(Fault fault, std::string what, std::string where = {}, int system = 0) {
  return tl::unexpected<Error>(Error{fault, std::move(what), std::move(where), system});
}

}  // namespace whytls::base
