// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/missing.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "net/fetch/cache.h"
#include "net/fetch/http.h"
#include "x509/container.h"

namespace whytls::certs {
namespace {

using x509::Certificate;
using x509::Extra;

constexpr std::size_t most_steps = 6, most_urls = 3;
constexpr std::size_t most_bytes = std::size_t{256} << 10U;
constexpr std::chrono::milliseconds longest_fetch{2000};

bool issued(const Certificate& child, const Certificate& issuer) {
  return x509::names_issuer(child, issuer) && x509::verifies_under(child, issuer) == x509::Verified::yes;
}

class Search {
 public:
  Search(const x509::TrustStore& store, const Places& places)
      : store_(store), places_(places), until_(std::chrono::steady_clock::now() + places.timeout) {}

  /// Up from `child`, until a root is reached or the trail ends.
  void climb(Certificate child) {
    for (std::size_t step = 0; step < most_steps && !child.self_issued; ++step) {
      const auto next = issuer_of(child);
      if (!next) return;
      child = *next;
      if (!store_.issuers_of(child).empty()) return;
    }
  }
  std::vector<Extra> take() { return std::move(found_); }

 private:
  std::optional<Certificate> issuer_of(const Certificate& child) {
    std::optional<Certificate> out;
    for (Extra& extra : places_.known ? places_.known(child) : std::vector<Extra>{}) {
      if (!issued(child, extra.certificate)) continue;
      if (!out) out = extra.certificate;
      add(std::move(extra));
    }
    if (out || !places_.fetch) return out;
    for (std::size_t i = 0; i < std::min(child.ca_issuers.size(), most_urls) && !out; ++i) out = fetch(child, child.ca_issuers[i]);
    return out;
  }

  /// RFC 5280 4.2.2.1: one certificate in DER, or a bundle in PKCS #7; PEM is met as well. A name is soon borrowed: only a key under
  /// which the signature holds is the issuer's.
  std::optional<Certificate> take_from(const base::Bytes& body, const Certificate& child, const std::string& url) {
    const x509::Contents contents = x509::open_container(body, std::nullopt);
    for (const x509::Part& part : contents.parts) {
      if (part.kind != x509::Part::Kind::certificate) continue;
      Certificate one = x509::examine(part.der);
      if (!issued(child, one)) continue;
      add({one, "AIA, " + base::printable(url, 256)});
      return one;
    }
    return std::nullopt;
  }

  std::optional<Certificate> fetch(const Certificate& child, const std::string& url) {
    if (!net::parse_http_url(url) || !asked_.insert(url).second) return std::nullopt;  // Microsoft's authorities name one by LDAP first
    const net::Cache cache = net::Cache::of_user();
    const std::string name = fmt::format("a1{:016x}", std::hash<std::string>{}(url));
    if (const auto kept = cache.find(name, base::now()))
      if (auto issuer = take_from(*kept, child, url)) return issuer;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    if (places_.say) places_.say("looking for the issuer of \"" + x509::display_name(child) + "\" at the address in the certificate");
    net::HttpRequest get;
    get.url = url;
    get.timeout = std::min(left, longest_fetch);
    get.max_bytes = most_bytes;
    get.cancel = places_.cancel;
    const net::HttpResponse response = net::fetch(get);
    if (!response.failure.empty()) return std::nullopt;
    auto issuer = take_from(response.body, child, url);
    if (issuer) cache.keep(name, response.body, base::now() + std::chrono::hours(24));
    return issuer;
  }

  void add(Extra extra) {
    if (seen_.insert(extra.certificate.sha256).second) found_.push_back(std::move(extra));
  }

  const x509::TrustStore& store_;
  const Places& places_;
  std::chrono::steady_clock::time_point until_;
  std::vector<Extra> found_;
  std::set<x509::Digest> seen_;
  std::set<std::string> asked_;
};

}  // namespace

std::vector<Extra> find_missing(const x509::Judgement& judgement, const x509::TrustStore& store, const Places& places) {
  Search search(store, places);
  if (judgement.path.empty()) return {};
  const auto untrusted = [](const x509::Problem& p) {
    return p.code == x509::Code::issuer_missing || p.code == x509::Code::untrusted_root;
  };
  if (std::any_of(judgement.problems.begin(), judgement.problems.end(), untrusted)) search.climb(judgement.path.back().certificate);
  // An issuer that has expired may have been replaced by one that has not.
  for (const x509::Problem& problem : judgement.problems)
    if (!untrusted(problem) && problem.position > 0 && problem.position < judgement.path.size())
      search.climb(judgement.path[problem.position - 1].certificate);
  return search.take();
}

}  // namespace whytls::certs
