// SPDX-License-Identifier: Apache-2.0
#include "x509/profile_names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "x509/host.h"
#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

bool starts_or_ends_with_hyphen(std::string_view label) { return label.empty() || label.front() == '-' || label.back() == '-'; }

/// The preferred name syntax of RFC 1034 3.5 as RFC 1123 2.1 widens it.
bool is_preferred(std::string_view name) {
  if (!is_dns_name(name) || name.find('_') != std::string_view::npos) return false;
  const std::vector<std::string> labels = base::split(name, ".");
  return std::none_of(labels.begin(), labels.end(), starts_or_ends_with_hyphen);
}

std::vector<std::string> common_names(const Certificate& c) {
  std::vector<std::string> out;
  const X509_NAME* subject = X509_get_subject_name(c.handle.get());
  for (int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0 && out.size() < 100;
       at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    out.push_back(size > 0 ? base::printable(base::ByteView(utf8, static_cast<std::size_t>(size))) : std::string{});
    OPENSSL_free(utf8);
  }
  return out;
}

bool listed(const Certificate& c, const std::string& name) {
  const auto in = [&](const std::vector<std::string>& names) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return in(c.dns_names) || in(c.ip_addresses);
}

/// The address that old parsers read from it (hexadecimal, octal, fewer than four parts), as it should be written.
std::string read_loosely(const std::string& text) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  in_addr four{};
  in6_addr six{};
  const char* found = nullptr;
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    found = inet_ntop(AF_INET6, &six, out.data(), out.size());
  } else if (inet_aton(text.c_str(), &four) == 1) {
    found = inet_ntop(AF_INET, &four, out.data(), out.size());
  }
  return found == nullptr ? std::string{} : std::string(found);
}

}  // namespace

bool is_web_name(std::string_view name) {
  if (!name.starts_with("*.")) return is_preferred(name);
  return is_preferred(name.substr(2)) && name.find('.', 2) != std::string_view::npos;
}

std::string common_name_spelling(const Certificate& c) {
  for (const std::string& name : common_names(c)) {
    if (listed(c, name)) continue;
    const bool international = std::any_of(name.begin(), name.end(), [](char x) { return static_cast<unsigned char>(x) >= 0x80; });
    const bool host = name.find('.') != std::string::npos && name.find(' ') == std::string::npos;
    const bool other_case =
        std::any_of(c.dns_names.begin(), c.dns_names.end(), [&](const auto& dns) { return base::equals_nocase(dns, name); });
    const std::string address = read_loosely(name);
    if ((international && host) || other_case || (!address.empty() && listed(c, address)))
      return "the common name " + name + " spells a name otherwise than the alternative names";
  }
  return {};
}

std::string common_name(const Certificate& c) {
  for (const std::string& name : common_names(c)) {
    if (!listed(c, name)) return "the common name " + name + " is none of its alternative names";
  }
  return {};
}

}  // namespace whytls::x509
