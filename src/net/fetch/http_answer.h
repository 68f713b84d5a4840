// SPDX-License-Identifier: Apache-2.0
// Reading one HTTP answer from a stream: the part of fetch() that trusts nobody. Internal to fetch.
#pragma once

#include <string>

#include "net/fetch/http.h"

namespace whytls::net {

/// Status, date, and the body where the status is 200; what went wrong stands in `failure`. Returns the Location of a redirect, else
/// nothing.
std::string read_answer(Stream& stream, const HttpRequest& request, Deadline deadline, HttpResponse& out);
/// The same for whatever ended the exchange; returns nothing.
std::string note_end(End end, std::string_view doing, HttpResponse& out);

}  // namespace whytls::net
