// SPDX-License-Identifier: Apache-2.0
#include "x509/oddities.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace whytls::x509 {
namespace {

/// One judgement, and where its oddities go.
struct Search {
  const Judgement& j;
  const JudgeOptions& options;
  std::vector<Oddity>& out;

  void add(OddityKind kind, std::optional<std::size_t> served, std::string text) const { out.push_back({kind, served, std::move(text)}); }
  std::string at(std::size_t i) const { return fmt::format("certificate {} ({})", i, display_name(j.served[i])); }
  bool on_path(const Certificate& c) const {
    return std::any_of(j.path.begin(), j.path.end(), [&](const Link& link) { return link.certificate == c; });
  }
  std::vector<Certificate> anchors_named(const Certificate& c) const {
    return options.store == nullptr || c.handle == nullptr ? std::vector<Certificate>{} : options.store->namesakes(c);
  }
};

bool same_entity(const Certificate& a, const Certificate& b) {
  return a.handle != nullptr && b.handle != nullptr && a.spki_sha256 == b.spki_sha256 && a.subject_der == b.subject_der;
}

void find_roots_sent(const Search& s) {
  for (std::size_t i = 1; i < s.j.served.size(); ++i) {
    if (s.j.served[i].self_signed)
      s.add(OddityKind::root_sent, i, s.at(i) + " is a root: whoever trusts it has it, and no one else needs it");
  }
}

void find_positions(const Search& s) {
  for (const std::size_t i : s.j.facts.duplicates) s.add(OddityKind::duplicate, i, s.at(i) + " is served twice");
  if (!s.j.facts.in_order)
    s.add(OddityKind::wrong_order, std::nullopt, "the certificates are not served in the order in which each issues the one before");
  for (const std::size_t i : s.j.facts.unrelated) s.add(OddityKind::unrelated, i, s.at(i) + " belongs to no path of the leaf");
}

bool is_duplicate(const Search& s, std::size_t i) {
  return std::find(s.j.facts.duplicates.begin(), s.j.facts.duplicates.end(), i) != s.j.facts.duplicates.end();
}

/// Two editions of one authority among what was served and what the path and the store have.
void find_same_keys(const Search& s) {
  for (std::size_t i = 1; i < s.j.served.size(); ++i) {
    for (std::size_t k = i + 1; k < s.j.served.size(); ++k) {
      if (is_duplicate(s, k) || s.j.served[i] == s.j.served[k] || !same_entity(s.j.served[i], s.j.served[k])) continue;
      s.add(OddityKind::same_key, k, fmt::format("{} and certificate {} are two certificates for one name and key", s.at(k), i));
    }
  }
}

/// Whether its name and key have another certificate at hand that is valid.
bool has_valid_twin(const Search& s, const Certificate& c) {
  const auto is_twin = [&](const Certificate& other) {
    return !(other == c) && same_entity(other, c) && other.not_before <= s.options.at && s.options.at <= other.not_after;
  };
  const auto anchors = s.anchors_named(c);
  return std::any_of(s.j.served.begin(), s.j.served.end(), is_twin) || std::any_of(anchors.begin(), anchors.end(), is_twin) ||
         std::any_of(s.j.path.begin(), s.j.path.end(), [&](const Link& link) { return is_twin(link.certificate); });
}

/// An expired edition of an authority that has a valid one: clients that follow what is served stumble over it.
void find_expired_cross_signs(const Search& s) {
  for (std::size_t i = 1; i < s.j.served.size(); ++i) {
    const Certificate& c = s.j.served[i];
    if (c.handle == nullptr || !has_valid_twin(s, c)) continue;
    const auto expired = [&](const Certificate& other) { return other.not_after < s.options.at; };
    const auto above = s.options.store == nullptr ? std::vector<Certificate>{} : s.options.store->issuers_of(c);
    // The issuer's end ends the cross-sign too, whatever date it bears itself.
    const bool dead_issuer = !above.empty() && std::all_of(above.begin(), above.end(), expired) && !c.self_issued;
    if (!expired(c) && !dead_issuer) continue;
    s.add(OddityKind::expired_cross_sign, i,
          fmt::format("{}, {} by {}, {}: its key has a valid certificate, and only clients that follow the served one fail", s.at(i),
                      c.self_issued ? "reissued" : "cross-signed", c.issuer_common_name.empty() ? c.issuer : c.issuer_common_name,
                      expired(c) ? "expired on " + base::date(c.not_after) : "whose own root has expired"));
  }
}

void find_other_roots(const Search& s) {
  for (std::size_t i = 1; i < s.j.served.size(); ++i) {
    const Certificate& c = s.j.served[i];
    if (!c.self_signed) continue;
    const auto anchors = s.anchors_named(c);
    if (anchors.empty() || std::find(anchors.begin(), anchors.end(), c) != anchors.end()) continue;
    const bool same = std::any_of(anchors.begin(), anchors.end(), [&](const Certificate& anchor) { return same_entity(anchor, c); });
    if (same)
      s.add(OddityKind::reissued_root, i, s.at(i) + " is another edition of the root that the trust store has, with the same key");
    else
      s.add(OddityKind::replaced_root, i, s.at(i) + " has the name of a root in the trust store and another key: the root was replaced");
  }
  if (!s.j.facts.rekeyed_issuer || s.j.path.empty()) return;
  s.add(OddityKind::replaced_root, std::nullopt,
        fmt::format("an issuer named {} is at hand, with another key than the one that signed {}: it was replaced",
                    s.j.facts.missing_issuer, display_name(s.j.path.back().certificate)));
}

void find_early_ends(const Search& s) {
  for (std::size_t i = 1; i < s.j.path.size(); ++i) {
    const Certificate& c = s.j.path[i].certificate;
    if (c.not_after < s.j.path.front().certificate.not_after)
      s.add(OddityKind::issuer_ends_first, s.j.path[i].origin == Origin::served ? std::optional(s.j.path[i].index) : std::nullopt,
            fmt::format("{} ends on {}, before the leaf does", display_name(c), base::date(c.not_after)));
  }
}

void find_test_keys(const Search& s) {
  for (std::size_t i = 0; i < s.j.served.size(); ++i) {
    const std::string whose = s.j.served[i].handle == nullptr ? std::string{} : known_test_key(s.j.served[i].spki_sha256);
    if (!whose.empty()) s.add(OddityKind::test_key, i, fmt::format("the private key of {} is published: {}", s.at(i), whose));
  }
}

}  // namespace

std::string_view name(OddityKind kind) {
  switch (kind) {
    case OddityKind::root_sent:
      return "root-sent";
    case OddityKind::duplicate:
      return "duplicate";
    case OddityKind::wrong_order:
      return "wrong-order";
    case OddityKind::unrelated:
      return "unrelated";
    case OddityKind::same_key:
      return "same-key";
    case OddityKind::expired_cross_sign:
      return "expired-cross-sign";
    case OddityKind::replaced_root:
      return "replaced-root";
    case OddityKind::reissued_root:
      return "reissued-root";
    case OddityKind::issuer_ends_first:
      return "issuer-ends-first";
    case OddityKind::better_leaf:
      return "better-leaf";
    case OddityKind::test_key:
      return "test-key";
  }
  return "unknown";
}

std::vector<Oddity> oddities(const Judgement& judgement, const JudgeOptions& options) {
  std::vector<Oddity> out;
  const Search search{judgement, options, out};
  find_roots_sent(search);
  find_positions(search);
  find_same_keys(search);
  find_expired_cross_signs(search);
  find_other_roots(search);
  find_early_ends(search);
  if (judgement.facts.better_leaf)
    search.add(OddityKind::better_leaf, judgement.facts.better_leaf,
               search.at(*judgement.facts.better_leaf) + " covers the name asked for, but is not the first one");
  find_test_keys(search);
  return out;
}

std::string known_test_key(const Digest& spki_sha256) {
  struct Known {
    const char* digest;
    const char* whose;
  };
  // Each computed from the private key as the project named publishes it.
  constexpr std::array<Known, 11> known{{
      {"64eebde4d94a861ca1b062a103ef51d4d8a2c1b0a2133838198230e9c85407ed", "Go's net/http/internal/testcert"},
      {"be4c89ae84278a5efc10bd6bfa615e3f84b9a91110b17bb52ba6a351eaa14d4d", "Python's test suite, keycert.pem"},
      {"c3e2fc4b8742a19c114912a4fcdd9d0c58e3481c6eb4ce447b778bb7edfdde83", "Python's test suite, keycert2.pem"},
      {"8064304dc78d97bb96dcf71c5edeb7abe8412efeab98972a9749df0ab065ad37", "Python's test suite, keycert3.pem"},
      {"0a8b54336a8f109dbf0f1cf6f8ba46f9e31aeaf0c07af3fa56868f0487d895da", "Python's test suite, keycert4.pem"},
      {"990c02b92948ebe7dd937acf1ee7bda652aee927ae71dcaa027a28d8df0a23fe", "Python's test suite, keycertecc.pem"},
      {"ab8e035b61375a026a577d38c424249b74b59795e8690aecf05fcf1c23e27998", "Python's test suite, allsans.pem"},
      {"a0eb5a3d1414086256cfd994b4afe2c759376087269d7cede24af0dd95c30ab6", "Python's test suite, idnsans.pem"},
      {"b27242ebec6d3db0ebbe05bb7c650a421ff90348629d3e0410bc7369b337d4fd", "Python's test suite, pycakey.pem"},
      {"52eae116e12064eeb98a7cef2cf30a4c199cfb45f3c064066325ffd538007fa6", "the test suite of Python's requests, valid/server"},
      {"15f827f9a2bd16bcb865bceae460c2673572aa2479f6dd77757f842f30cc54e0", "the dummy server of Python's urllib3"},
  }};
  const std::string digest = base::hex(spki_sha256);
  const auto* const found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return digest == k.digest; });
  return found == known.end() ? std::string{} : found->whose;
}

}  // namespace whytls::x509
