// SPDX-License-Identifier: Apache-2.0
// What the causes before the first byte of TLS share.
#pragma once

#include <string>

#include "diagnosis/rules.h"

namespace whytls::diagnosis::network {

/// A step of the connection failed in one way: certain once it was repeated.
inline std::optional<Finding> failed_step(const Evidence& e, std::string_view failure) {
  if (e.text(Kind::failure) != failure) return std::nullopt;
  Finding f{.confidence = repeated(e) ? Confidence::certain : Confidence::likely,
            .rests_on = {{Kind::failure, ""}, {Kind::failures_seen, ""}}};
  if (!repeated(e)) f.to_be_surer = "it was tried once only";
  return f;
}

/// "port 443", or "the port".
inline std::string port_words(const Evidence& e) {
  const auto port = e.number(Kind::port);
  return port ? "port " + std::to_string(*port) : std::string("the port");
}

/// A sign that somebody nearer than the server cut the connection, or that another path does not cut it.
inline std::optional<Ref> sign_of_the_path(const Evidence& e) {
  if (e.number(Kind::reset_hops_nearer).value_or(0) > 0) return Ref{Kind::reset_hops_nearer, ""};
  if (known_yes(e.is(Kind::reset_too_soon))) return Ref{Kind::reset_too_soon, ""};
  if (!e.text(Kind::works_elsewhere).empty()) return Ref{Kind::works_elsewhere, ""};
  return std::nullopt;
}

}  // namespace whytls::diagnosis::network
