// SPDX-License-Identifier: Apache-2.0
// A pasted text in the one form that the patterns meet: one line, one blank for every run of white space, straight quotes, without
// colour sequences, quoting marks of mails and escapes of JSON.
#pragma once

#include <string>
#include <string_view>

namespace whytls::sources::message {

/// In one pass; never longer than the text. Bytes that are no printable ASCII and no known mark stay as they are, control characters go.
std::string normalised(std::string_view text);

}  // namespace whytls::sources::message
