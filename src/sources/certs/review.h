// SPDX-License-Identifier: Apache-2.0
// What the files say as facts: the chain judged as a client would judge it, the key beside the leaf, order, gaps and repetitions. States
// facts and names no cause. Who prints them it refuses to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "sources/certs/files.h"
#include "sources/certs/missing.h"
#include "x509/judge.h"

namespace whytls::certs {

/// Worth knowing, though nothing fails for it.
struct Remark {
  enum class Weight : std::uint8_t { note, warning, error } weight = Weight::note;
  std::string rule;  ///< stable: "chain.order", "validity.soon" …
  std::string text;
};

struct Question {
  std::string host;  ///< to be covered; empty: not asked
  base::Time at{};
  bool at_given = false;
  const x509::TrustStore* store = nullptr;
  bool store_given = false;                     ///< by an option
  std::vector<const x509::TrustStore*> others;  ///< further public stores of this machine
  Places places;
};

/// A certificate as the report shows it, from the leaf up.
struct Link {
  x509::Certificate certificate;
  std::string place;  ///< "chain.pem:17", "AIA, http://…", "trust store"
  enum class Role : std::uint8_t { leaf, intermediate, root, unused } role = Role::unused;
  bool in_files = true;
};

struct Review {
  evidence::Evidence evidence;
  x509::Judgement judgement;  ///< of what the files hold, with what was found beside it
  std::vector<Remark> remarks;
  std::vector<Link> links;
  std::vector<x509::Certificate> bundle;  ///< what a server should send: the leaf first, gaps filled as far as they could be, no root
  bool bundle_holds = false;              ///< a client would accept it
};

/// One server certificate with what goes with it.
Review review(const Set& set, const std::vector<File>& files, const Question& question);
/// Files without a server certificate: keys, requests, revocation lists, authorities.
Review review_others(const Sorted& sorted, const std::vector<File>& files, const Question& question);

/// Percent of the lifetime that is left at that time, 0 to 100; nothing where there is no lifetime.
std::optional<int> percent_left(const x509::Certificate& certificate, base::Time at);

}  // namespace whytls::certs
