// SPDX-License-Identifier: Apache-2.0
#include "x509/constraints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "x509/facts.h"
#include "x509/host.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

/// A name of a certificate, or the base of a subtree.
struct Name {
  int type = 0;
  std::string_view text;          ///< of DNS names, mailboxes and URIs
  base::ByteView bytes;           ///< of addresses
  const X509_NAME* dn = nullptr;  ///< of directory names
};

std::string_view text_of(const ASN1_STRING* string) {
  const base::ByteView bytes = octets(string);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT: characters of an IA5String
}

Name name_of(const GENERAL_NAME* general) {
  Name out;
  const void* value = GENERAL_NAME_get0_value(general, &out.type);
  if (out.type == GEN_DNS || out.type == GEN_EMAIL || out.type == GEN_URI) out.text = text_of(static_cast<const ASN1_STRING*>(value));
  if (out.type == GEN_IPADD) out.bytes = octets(static_cast<const ASN1_STRING*>(value));
  if (out.type == GEN_DIRNAME) out.dn = static_cast<const X509_NAME*>(value);
  return out;
}

std::string words(const Name& name) {
  switch (name.type) {
    case GEN_DNS:
      return "the DNS name " + base::printable(name.text, 100);
    case GEN_EMAIL:
      return "the mailbox " + base::printable(name.text, 100);
    case GEN_URI:
      return "the URI " + base::printable(name.text, 100);
    case GEN_IPADD:
      return "the address " + base::hex(name.bytes.first(std::min<std::size_t>(name.bytes.size(), 32)));
    case GEN_DIRNAME:
      return "the name " + name_text(name.dn).substr(0, 200);
    default:
      return "a name of another form";
  }
}

std::string_view without_dot(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

std::string_view plain(std::string_view dns) { return dns.starts_with("*.") ? dns.substr(2) : dns; }

/// `name` is `base` or a name below it.
bool below(std::string_view name, std::string_view base_name) {
  if (base_name.empty() || base::equals_nocase(name, base_name)) return true;
  return name.size() > base_name.size() && name[name.size() - base_name.size() - 1] == '.' &&
         base::equals_nocase(name.substr(name.size() - base_name.size()), base_name);
}

bool address_within(base::ByteView address, base::ByteView range) {
  const std::size_t size = address.size();
  if (range.size() != 2 * size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (((address[i] ^ range[i]) & range[size + i]) != 0) return false;
  }
  return true;
}

/// RFC 4632 3.1: a mask is ones, then zeros.
bool is_range(base::ByteView range) {
  if (range.size() != 8 && range.size() != 32) return false;
  bool ended = false;
  for (std::size_t i = range.size() / 2; i < range.size(); ++i) {
    for (unsigned bit = 0x80; bit != 0; bit >>= 1U) {
      const bool one = (range[i] & bit) != 0;
      if (one && ended) return false;
      ended = ended || !one;
    }
  }
  return true;
}

/// The first relative names of `name` are those of `base_name`, compared as RFC 5280 7.1 says.
bool directory_within(const X509_NAME* name, const X509_NAME* base_name) {
  const int count = X509_NAME_entry_count(base_name);
  if (count == 0) return true;
  if (X509_NAME_entry_count(name) < count) return false;
  const auto set = [&](int at) { return X509_NAME_ENTRY_set(X509_NAME_get_entry(name, at)); };
  // A relative name of several attributes is not to be cut in the middle.
  if (X509_NAME_entry_count(name) > count && set(count - 1) == set(count)) return false;
  const OwnName start(X509_NAME_new());
  for (int at = 0; start != nullptr && at < count; ++at)
    X509_NAME_add_entry(start.get(), X509_NAME_get_entry(name, at), -1, at > 0 && set(at) == set(at - 1) ? -1 : 0);
  return start != nullptr && X509_NAME_cmp(start.get(), base_name) == 0;
}

bool within(const Name& name, const Name& constraint) {
  switch (name.type) {
    case GEN_DNS:
      return dns_within(name.text, constraint.text);
    case GEN_EMAIL:
      return mailbox_within(name.text, constraint.text);
    case GEN_URI:
      return host_within(uri_host(name.text), constraint.text);
    case GEN_IPADD:
      return address_within(name.bytes, constraint.bytes);
    default:
      return name.type == GEN_DIRNAME && directory_within(name.dn, constraint.dn);
  }
}

bool touches(const Name& name, const Name& constraint) {
  return name.type == GEN_DNS ? dns_touches(name.text, constraint.text) : within(name, constraint);
}

/// Why a name cannot be compared with any constraint of its form.
bool comparable(const Name& name) {
  switch (name.type) {
    case GEN_DNS:
      return is_dns_name(plain(without_dot(name.text)));
    case GEN_EMAIL:
      return is_mailbox(name.text);
    case GEN_URI:
      return !uri_host(name.text).empty();
    case GEN_IPADD:
      return name.bytes.size() == 4 || name.bytes.size() == 16;
    default:
      return name.type == GEN_DIRNAME;
  }
}

std::string_view without_first_dot(std::string_view host) { return host.starts_with('.') ? host.substr(1) : host; }

bool is_sound_constraint(const Name& c) {
  switch (c.type) {
    case GEN_DNS:
      return c.text.empty() || is_dns_name(without_first_dot(without_dot(c.text)));
    case GEN_EMAIL:
      return c.text.find('@') == std::string_view::npos ? c.text.empty() || is_dns_name(without_first_dot(c.text)) : is_mailbox(c.text);
    case GEN_URI:
      return c.text.empty() || is_dns_name(without_first_dot(c.text));
    case GEN_IPADD:
      return is_range(c.bytes);
    default:
      return true;
  }
}

/// How much work a comparison is: a directory name is copied as far as the constraint goes.
std::size_t cost(const Name& c) { return c.dn == nullptr ? 1 : 10 * (1 + static_cast<std::size_t>(X509_NAME_entry_count(c.dn))); }

}  // namespace

bool dns_within(std::string_view name, std::string_view constraint) {
  name = without_dot(name);
  constraint = without_dot(constraint);
  if (!constraint.starts_with('.')) return below(plain(name), constraint);
  constraint.remove_prefix(1);
  return below(plain(name), constraint) && (name.starts_with("*.") || name.size() > constraint.size());
}

bool dns_touches(std::string_view name, std::string_view constraint) {
  if (dns_within(name, constraint)) return true;
  name = without_dot(name);
  constraint = without_dot(constraint);
  if (!name.starts_with("*.") || constraint.starts_with('.')) return false;
  const std::size_t dot = constraint.find('.');
  return dot != std::string_view::npos && base::equals_nocase(constraint.substr(dot + 1), plain(name));
}

bool is_mailbox(std::string_view mailbox) {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = mailbox.substr(0, at);
  const bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
  const auto plain_character = [](char c) { return c > ' ' && c < 0x7f && c != '@' && c != '"'; };
  return (quoted || std::all_of(local.begin(), local.end(), plain_character)) && is_dns_name(mailbox.substr(at + 1));
}

bool mailbox_within(std::string_view mailbox, std::string_view constraint) {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view host = mailbox.substr(at + 1);
  const std::size_t split = constraint.rfind('@');
  // RFC 5280 7.5: the part before the @ is compared exactly, the host without regard to case.
  if (split != std::string_view::npos)
    return mailbox.substr(0, at) == constraint.substr(0, split) && base::equals_nocase(host, constraint.substr(split + 1));
  return host_within(host, constraint);
}

std::string uri_host(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = uri.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) authority.remove_prefix(user + 1);
  authority = authority.substr(0, authority.rfind(':'));
  const std::string host(authority);
  return is_dns_name(host) && !is_address(host) ? host : std::string{};
}

bool host_within(std::string_view host, std::string_view constraint) {
  if (host.empty()) return false;
  if (constraint.starts_with('.')) return below(host, constraint.substr(1)) && host.size() >= constraint.size();
  return constraint.empty() || base::equals_nocase(host, constraint);
}

struct NameConstraints::State {
  OwnConstraints decoded;
  std::vector<Name> permitted, excluded;
  std::string malformed;

  void take(const STACK_OF(GENERAL_SUBTREE) * trees, std::vector<Name>& out) {
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); ++i) {
      const GENERAL_SUBTREE* tree = sk_GENERAL_SUBTREE_value(trees, i);
      out.push_back(name_of(tree->base));
      // RFC 5280 4.2.1.10: minimum MUST be zero, and maximum MUST be absent.
      const bool bounds = tree->maximum != nullptr || (tree->minimum != nullptr && ASN1_INTEGER_get(tree->minimum) != 0);
      if (bounds && malformed.empty()) malformed = "a minimum or maximum in its name constraints";
      if (!is_sound_constraint(out.back()) && malformed.empty()) malformed = "its name constraints hold what is none: " + words(out.back());
    }
  }

  /// Why `name` is forbidden, or nothing.
  Violation verdict(const Name& name, std::size_t& budget) const {
    bool any = false;
    bool held = false;
    const auto same = [&](const Name& c) { return c.type == name.type; };
    if (std::none_of(permitted.begin(), permitted.end(), same) && std::none_of(excluded.begin(), excluded.end(), same)) return {};
    if (!comparable(name)) return {words(name) + " cannot be compared with the constraints"};
    for (const std::vector<Name>* list : {&permitted, &excluded}) {
      for (const Name& c : *list) {
        if (!same(c)) continue;
        const std::size_t each = cost(c);
        if (budget < each) return {"more names and constraints than clients compare"};
        budget -= each;
        if (list == &excluded && within(name, c)) return {words(name) + " is excluded"};
        if (list == &excluded && touches(name, c)) return {words(name) + " stands for an excluded name too (CVE-2025-61727)", false};
        any = any || list == &permitted;
        held = held || (list == &permitted && within(name, c));
        if (held && list == &permitted) break;
      }
    }
    return any && !held ? Violation{words(name) + " is not permitted"} : Violation{};
  }
};

NameConstraints::NameConstraints(std::unique_ptr<State> state) : state_(std::move(state)) {}
NameConstraints::NameConstraints(NameConstraints&&) noexcept = default;
NameConstraints::~NameConstraints() = default;

std::optional<NameConstraints> NameConstraints::of(const Certificate& authority) {
  const QuietErrors quiet;
  if (!authority.name_constraints || authority.handle == nullptr) return std::nullopt;
  auto state = std::make_unique<State>();
  state->decoded.reset(static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(authority.handle.get(), NID_name_constraints, nullptr, nullptr)));
  if (state->decoded == nullptr) return std::nullopt;
  state->take(state->decoded->permittedSubtrees, state->permitted);
  state->take(state->decoded->excludedSubtrees, state->excluded);
  return NameConstraints(std::move(state));
}

std::string NameConstraints::malformed() const { return state_->malformed; }

NameConstraints::Violation NameConstraints::violated_by(const Certificate& below, std::size_t& budget) const {
  const QuietErrors quiet;
  const X509_NAME* subject = X509_get_subject_name(below.handle.get());
  // RFC 5280 4.2.1.10: a subject that is not empty is a directory name like any other; mailboxes in it are mailboxes.
  if (X509_NAME_entry_count(subject) > 0) {
    if (Violation found = state_->verdict({GEN_DIRNAME, {}, {}, subject}, budget); !found.text.empty()) return found;
  }
  for (int at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) {
    const Name mailbox{GEN_EMAIL, text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))), {}, nullptr};
    if (Violation found = state_->verdict(mailbox, budget); !found.text.empty()) return found;
  }
  const OwnNames names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(below.handle.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (Violation found = state_->verdict(name_of(sk_GENERAL_NAME_value(names.get(), i)), budget); !found.text.empty()) return found;
  }
  return {};
}

}  // namespace whytls::x509
