// SPDX-License-Identifier: Apache-2.0
// What a cause is: one constant in one file below causes/<area>/, found by the generated index; its page lies beside it.
// A cause reads facts and never names a source.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/embedded.h"
#include "evidence/evidence.h"
#include "remedy/remedy.h"

namespace whytls::diagnosis {

using evidence::answer;
using evidence::Answer;
using evidence::Evidence;
using evidence::Kind;
using evidence::known_no;
using evidence::known_yes;
using remedy::Remedy;
using remedy::Side;

/// The steps of a connection in the order in which they happen (`verdict.stage` of a report).
enum class Stage : std::uint8_t {
  dns,
  tcp,
  proxy,
  starttls,
  client_hello,
  server_hello,
  certificate,
  key_exchange,
  client_certificate,
  finished,
  established
};
std::string_view stage_name(Stage stage);
std::optional<Stage> stage_named(std::string_view name);

enum class Confidence : std::uint8_t { possible, likely, certain };
std::string_view confidence_name(Confidence confidence);

/// A fact by kind and subject: what a finding rests on, or what a cause needs to know.
struct Ref {
  Kind kind{};
  std::string subject;
};

/// That a cause holds.
struct Finding {
  Confidence confidence = Confidence::likely;
  std::optional<Side> side;    ///< where the cause's own is not the right one
  std::optional<Stage> stage;  ///< where it is not the step at which the handshake in question failed
  std::string summary;         ///< one sentence for a tired operator: lower case, no full stop, both sides' values
  std::vector<std::pair<std::string, evidence::Value>> detail;  ///< keys as the cause's page documents them
  std::vector<Ref> rests_on;                                    ///< the facts that prove it, the strongest first; unknown ones are dropped
  std::string to_be_surer;                                      ///< what would make it certain; empty when it is
  std::vector<Remedy> remedies;                                 ///< where not the cause's own
  std::vector<std::string_view> more_general;  ///< causes that are silenced beside the cause's own: ids, "certificate.*" or "*"
};

/// Ranks: where several causes hold at the same step, the lowest wins (docs/judgement.md).
/// `elsewhere`: only one of several addresses fails. `configured`: a file or a policy shows the reason of which the wire shows
/// the symptom. `paced`: nothing but a pause cures it.
namespace rank {
inline constexpr int elsewhere = 4, interception = 5, configured = 6, paced = 8, server_name = 10, version = 20, key_type = 30, suite = 40,
                     group = 50, signature_algorithm = 60, extension = 70, intolerance = 80, specific = 85, residual = 95,
                     certificate = 100;  ///< certificate + row of its table
}  // namespace rank

struct Cause {
  std::string_view id;
  Side side = Side::server;  ///< the default; a Finding may carry another
  std::string_view title;    ///< the bad thing in a few words: lower case, no full stop
  std::string_view spec;     ///< "RFC 8446 4.1.1"
  int rank = rank::specific;
  std::vector<Stage> stages;  ///< steps at whose failure it can be the cause, unless a Finding names its own; empty: any
  std::vector<Ref> needs;     ///< facts that decide it: a live diagnosis seeks those that are unknown
  std::vector<Ref> (*more_needs)(const Evidence& evidence) = nullptr;  ///< needs that only arise from what is known already
  std::optional<Finding> (*match)(const Evidence& evidence) = nullptr;
  std::vector<Remedy> remedies;
  std::vector<std::string_view> more_general;  ///< causes that are silenced when this one fires: ids, "certificate.*" or "*"
};

/// Every cause, sorted by file name; generated.
extern const std::span<const Cause* const> causes;
/// Every cause's page: name is "<area>/<cause with underscores>"; generated.
extern const std::span<const base::Embedded> pages;

const Cause* cause(std::string_view id);
/// The page of a cause, or empty.
std::string_view page(std::string_view id);

}  // namespace whytls::diagnosis
