// SPDX-License-Identifier: Apache-2.0
#include "observe/dns.h"

#include <fmt/format.h>

#include "base/text.h"

namespace whytls::observe {
namespace {

using evidence::Kind;

constexpr std::size_t most_shown = 8;

template <class Record>
std::vector<std::string> in_words(const std::vector<Record>& records) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < records.size() && i < most_shown; ++i) out.push_back(x509::words(records[i]));
  return out;
}

}  // namespace

evidence::Evidence dane_facts(const std::vector<x509::Tlsa>& records, const std::string& at, bool validated,
                              const x509::DaneAnswer& answer) {
  evidence::Evidence e;
  if (records.empty()) return e;
  const std::vector<std::string> list = in_words(records);
  e.add(Kind::tlsa_records, list, fmt::format("TLSA at {}: {}", base::printable(at), base::join(list, ", ")));
  e.add(Kind::tlsa_validated, validated,
        validated ? "DNSSEC vouches for them" : "not validated here: no resolver that could be believed says that DNSSEC vouches for them");
  if (answer.usable) e.add(Kind::tlsa_matches, answer.matches, answer.text);
  return e;
}

evidence::Evidence caa_facts(const std::vector<x509::Caa>& records, const std::string& at, const x509::Certificate& leaf) {
  evidence::Evidence e;
  if (records.empty()) return e;
  const std::vector<std::string> list = in_words(records);
  e.add(Kind::caa_records, list, fmt::format("CAA at {}: {}", base::printable(at), base::join(list, ", ")));
  if (const auto allows = x509::caa_allows(records, leaf))
    e.add(Kind::caa_allows, *allows,
          fmt::format("{} of the leaf's authority {}", base::join(x509::caa_names(leaf), ", "), *allows ? "may issue" : "may not issue"));
  return e;
}

}  // namespace whytls::observe
