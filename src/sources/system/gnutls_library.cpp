// SPDX-License-Identifier: Apache-2.0
#include "sources/system/gnutls_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "registry/registry.h"
#include "sources/system/hello.h"

namespace whytls::system {
namespace {

constexpr unsigned client = 2;            // GNUTLS_CLIENT
constexpr int certificate = 1;            // GNUTLS_CRD_CERTIFICATE
constexpr std::size_t max_entries = 512;  // of any list; GnuTLS 3.8 has 120 suites

template <class Function>
bool find(void* library, const char* name, Function*& out) {
  out = reinterpret_cast<Function*>(dlsym(library, name));
  return out != nullptr;
}

bool bind(void* library, GnutlsLibrary& out) {
  return find(library, "gnutls_check_version", out.check_version) &&
         find(library, "gnutls_get_system_config_file", out.system_config_file) && find(library, "gnutls_init", out.init) &&
         find(library, "gnutls_deinit", out.deinit) && find(library, "gnutls_set_default_priority", out.set_default_priority) &&
         find(library, "gnutls_certificate_allocate_credentials", out.allocate_credentials) &&
         find(library, "gnutls_certificate_free_credentials", out.free_credentials) &&
         find(library, "gnutls_credentials_set", out.credentials_set) &&
         find(library, "gnutls_transport_set_push_function", out.set_push) &&
         find(library, "gnutls_transport_set_pull_function", out.set_pull) && find(library, "gnutls_transport_set_ptr", out.set_pointer) &&
         find(library, "gnutls_transport_set_errno", out.set_errno) && find(library, "gnutls_handshake", out.handshake) &&
         find(library, "gnutls_sec_param_to_pk_bits", out.bits) && find(library, "gnutls_cipher_suite_info", out.suite_info) &&
         find(library, "gnutls_group_list", out.groups) && find(library, "gnutls_group_get_name", out.group_name) &&
         find(library, "gnutls_sign_list", out.signatures) && find(library, "gnutls_sign_get_name", out.signature_name);
}

/// What a session writes.
struct Sink {
  base::Bytes bytes;
};
ssize_t push(void* sink, const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::uint8_t*>(data);
  auto& bytes = static_cast<Sink*>(sink)->bytes;
  if (bytes.size() < 65536) bytes.insert(bytes.end(), begin, begin + size);
  return static_cast<ssize_t>(size);
}
/// Nothing ever comes: the handshake stops behind the ClientHello.
ssize_t pull(void*, void*, std::size_t) {
  errno = EAGAIN;
  return -1;
}

void add(std::vector<std::uint16_t>& list, std::optional<std::uint16_t> code) {
  if (code && std::find(list.begin(), list.end(), *code) == list.end()) list.push_back(*code);
}

std::string_view without(std::string_view name, std::string_view prefix) {
  return base::starts_with_nocase(name, prefix) ? name.substr(prefix.size()) : name;
}

}  // namespace

const GnutlsLibrary* GnutlsLibrary::load() {
  static const std::optional<GnutlsLibrary> loaded = []() -> std::optional<GnutlsLibrary> {
    void* library = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    GnutlsLibrary out;
    if (library == nullptr || !bind(library, out)) return std::nullopt;
    return out;
  }();
  return loaded ? &*loaded : nullptr;
}

OfferLists GnutlsLibrary::offered() const {
  Session session = nullptr;
  Credentials credentials = nullptr;
  OfferLists out;
  if (init(&session, client) < 0) return out;
  if (allocate_credentials(&credentials) >= 0) {
    Sink sink;
    if (set_default_priority(session) >= 0 && credentials_set(session, certificate, credentials) >= 0) {
      set_pointer(session, &sink);
      set_push(session, push);
      set_pull(session, pull);
      handshake(session);
      if (const auto hello = first_hello(sink.bytes)) out = lists_of(*hello);
    }
    deinit(session);
    free_credentials(credentials);
  } else {
    deinit(session);
  }
  return out;
}

OfferLists GnutlsLibrary::implemented() const {
  OfferLists out;
  out.versions = {registry::version::tls13, registry::version::tls12, registry::version::tls11, registry::version::tls10};
  unsigned char id[2];
  for (std::size_t i = 0; i < max_entries && suite_info(i, id, nullptr, nullptr, nullptr, nullptr) != nullptr; ++i) {
    add(out.suites, static_cast<std::uint16_t>(id[0] << 8U | id[1]));
  }
  const auto each = [](const int* list, const char* (*name)(int), auto&& take) {
    for (std::size_t i = 0; list != nullptr && i < max_entries && list[i] != 0; ++i) {
      const char* text = name(list[i]);
      if (text != nullptr) take(text);
    }
  };
  each(groups(), group_name, [&](std::string_view name) { add(out.groups, gnutls_group(name)); });
  each(signatures(), signature_name, [&](std::string_view name) { add(out.signature_algorithms, gnutls_signature(name)); });
  return out;
}

std::optional<std::uint16_t> gnutls_group(std::string_view name) {
  return registry::group_code(base::lower(without(without(name, "GROUP-"), "CURVE-")));
}

std::optional<std::uint16_t> gnutls_version(std::string_view name) { return registry::version_code(base::lower(without(name, "VERS-"))); }

std::optional<std::uint16_t> gnutls_signature(std::string_view name) {
  const std::string plain = base::lower(without(name, "SIGN-"));
  const std::vector<std::string> parts = base::split(plain, "-");
  if (parts.size() < 2) return std::nullopt;
  const std::string& hash = parts.back();
  if (parts[0] == "eddsa") return registry::signature_scheme_code(hash);
  if (plain.rfind("rsa-pss-rsae-", 0) == 0) return registry::signature_scheme_code("rsa_pss_rsae_" + hash);
  if (plain.rfind("rsa-pss-", 0) == 0) return registry::signature_scheme_code("rsa_pss_pss_" + hash);
  // TLS 1.2's "ECDSA-SHA256" and TLS 1.3's "ECDSA-SECP256R1-SHA256" share a code point.
  if (parts[0] == "ecdsa") return registry::signature_scheme_code("ECDSA+" + hash);
  return registry::signature_scheme_code((parts[0] == "rsa" ? "RSA+" : "DSA+") + hash);
}

}  // namespace whytls::system
