// SPDX-License-Identifier: Apache-2.0
#include "x509/path.h"

#include <algorithm>

namespace whytls::x509 {
namespace {

/// The same name with the same key brings nothing new, whoever signed it: such a link would only close a circle.
bool same_entity(const Certificate& a, const Certificate& b) { return a.spki_sha256 == b.spki_sha256 && a.subject_der == b.subject_der; }

}  // namespace

bool Path::uses_extra() const {
  return std::any_of(links.begin(), links.end(), [](const Link* link) { return link->origin == Origin::extra; });
}

Builder::Builder(const std::vector<Certificate>& served, const JudgeOptions& options) : options_(options) {
  for (std::size_t i = 0; i < served.size(); ++i) {
    if (served[i].handle != nullptr) pooled({served[i], Origin::served, i, false});
  }
  for (std::size_t i = 0; i < options.extra.size(); ++i) {
    if (options.extra[i].certificate.handle != nullptr) pooled({options.extra[i].certificate, Origin::extra, i, false});
  }
}

const Link* Builder::pooled(Link link) {
  for (const auto& known : pool_) {
    if (known->certificate != link.certificate) continue;
    known->anchor = known->anchor || link.anchor;
    return known.get();
  }
  pool_.push_back(std::make_unique<Link>(std::move(link)));
  return pool_.back().get();
}

bool Builder::is_anchor(const Link& link) { return link.anchor || (options_.store != nullptr && options_.store->holds(link.certificate)); }

/// Everything on hand whose subject is the child's issuer: by key identifier, then anchors first, then as served, then what was found
/// elsewhere.
std::vector<const Link*> Builder::candidates(const Link& child) {
  const auto found = known_.find(&child);
  if (found != known_.end()) return found->second;
  std::vector<const Link*> out;
  if (options_.store != nullptr) {
    for (Certificate& anchor : options_.store->issuers_of(child.certificate))
      out.push_back(pooled({std::move(anchor), Origin::store, 0, true}));
  }
  for (const auto& link : pool_) {
    const bool listed = std::find(out.begin(), out.end(), link.get()) != out.end();
    if (!listed && names_issuer(child.certificate, link->certificate)) out.push_back(link.get());
  }
  const auto matches = [&](const Link* link) { return compare_key_ids(child.certificate, link->certificate) == KeyIds::match; };
  std::stable_sort(out.begin(), out.end(),
                   [&](const Link* a, const Link* b) { return std::pair(matches(a), a->anchor) > std::pair(matches(b), b->anchor); });
  return known_[&child] = out;
}

Verified Builder::verified(const Link& child, const Link& issuer) {
  const std::pair<const Link*, Digest> both{&child, issuer.certificate.spki_sha256};
  const auto found = tried_.find(both);
  if (found != tried_.end()) return found->second;
  if (++signatures_ > most_signatures) {
    bounded_ = true;
    return Verified::no;
  }
  return tried_[both] = verifies_under(child.certificate, issuer.certificate);
}

/// A key that verifies is the issuer's, whatever the identifiers say (RFC 5280 4.2.1.1: they only help to find it). Only where
/// none verifies does an issuer count whose identifier does not speak against it: then the signature is bad.
std::vector<Builder::Step> Builder::issuers(const Path& path, bool& rekeyed) {
  std::vector<Step> good;
  std::vector<Step> unknown;
  std::vector<Step> bad;
  const Link& child = path.last();
  for (const Link* issuer : candidates(child)) {
    if (issuer == &child) continue;
    const KeyIds ids = compare_key_ids(child.certificate, issuer->certificate);
    // A hundred namesakes with other keys are not worth a hundred signatures once the key that signed is known.
    const bool known = !good.empty() && ids == KeyIds::differ && good.front().ids == KeyIds::match &&
                       issuer->certificate.spki_sha256 != good.front().issuer->certificate.spki_sha256;
    if (known) continue;
    const Step step{issuer, verified(child, *issuer), ids};
    if (step.signature == Verified::yes) {
      good.push_back(step);
    } else if (step.signature == Verified::unknown) {
      unknown.push_back(step);
    } else if (step.ids == KeyIds::differ) {
      rekeyed = true;
    } else {
      bad.push_back(step);
    }
  }
  std::vector<Step>& steps = !good.empty() ? good : !unknown.empty() ? unknown : bad;
  std::erase_if(steps, [&](const Step& step) {
    return std::any_of(path.links.begin(), path.links.end(),
                       [&](const Link* link) { return same_entity(link->certificate, step.issuer->certificate); }) &&
           !(path.links.size() == 1 && step.issuer->anchor && step.issuer != path.links.front());
  });
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return (a.ids == KeyIds::match) > (b.ids == KeyIds::match); });
  return steps;
}

void Builder::finish(const Path& path, End end, std::vector<Path>& out) {
  out.push_back(path);
  out.back().end = end;
  out.back().signatures.push_back(Verified::yes);
}

/// The leaf, the intermediates that are allowed, and the anchor.
std::size_t Builder::longest() const {
  return options_.most_intermediates ? std::min(*options_.most_intermediates + 2, most_links) : most_links;
}

void Builder::extend(Path& path, std::vector<Path>& out) {
  if (out.size() >= most_paths) {
    bounded_ = true;
    return;
  }
  const Link& last = path.last();
  if (is_anchor(last)) return finish(path, End::anchor, out);
  const bool full = path.links.size() >= longest();
  bounded_ = bounded_ || full;
  bool rekeyed = false;
  const std::vector<Step> steps = full ? std::vector<Step>{} : issuers(path, rekeyed);
  for (const Step& step : steps) {
    path.links.push_back(step.issuer);
    path.signatures.push_back(step.signature);
    extend(path, out);
    path.links.pop_back();
    path.signatures.pop_back();
  }
  if (last.certificate.self_signed && (steps.empty() || path.links.size() == 1)) return finish(path, End::self_signed, out);
  if (!steps.empty()) return;
  Path end = path;
  end.rekeyed = rekeyed;
  end.self_claimed = last.certificate.self_issued && compare_key_ids(last.certificate, last.certificate) != KeyIds::differ;
  finish(end, End::dangling, out);
}

std::vector<Path> Builder::paths() {
  std::vector<Path> out;
  if (pool_.empty() || pool_.front()->origin != Origin::served || pool_.front()->index != 0) return out;
  // Every other link is looked for among the anchors when it is a candidate.
  pool_.front()->anchor = is_anchor(*pool_.front());
  Path path;
  path.links.push_back(pool_.front().get());
  extend(path, out);
  return out;
}

}  // namespace whytls::x509
