// SPDX-License-Identifier: Apache-2.0
#include "x509/verify.h"

#include <openssl/x509_vfy.h>

#include <algorithm>

#include "x509/openssl.h"

namespace whytls::x509 {
namespace {

using OwnStore = Own<X509_STORE, X509_STORE_free>;
using OwnContext = Own<X509_STORE_CTX, X509_STORE_CTX_free>;
using OwnStack = Own<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

constexpr std::size_t most_errors = 100;

struct Collected {
  const std::vector<const Link*>* links = nullptr;  ///< of a path that is given
  std::vector<LibcryptoError> errors;
};

int slot() {
  static const int index = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

Collected& collected(X509_STORE_CTX* context) { return *static_cast<Collected*>(X509_STORE_CTX_get_ex_data(context, slot())); }

/// The path is given: the issuer of a link is the next one, whatever its identifiers say.
int is_next(X509_STORE_CTX* context, X509* child, X509* issuer) {
  const auto& links = *collected(context).links;
  for (std::size_t i = 0; i + 1 < links.size(); ++i) {
    if (links[i]->certificate.handle.get() == child) return links[i + 1]->certificate.handle.get() == issuer ? 1 : 0;
  }
  return child == issuer ? 1 : 0;
}

int collect(int good, X509_STORE_CTX* context) {
  if (good == 1) return 1;
  Collected& out = collected(context);
  const int code = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const auto position = static_cast<std::size_t>(std::max(depth, 0));
  if (out.errors.size() < most_errors && (out.links == nullptr || position < out.links->size()))
    out.errors.push_back({code, position, X509_verify_cert_error_string(code)});
  return 1;
}

int signatures_are_known(X509_STORE_CTX* /*context*/) { return 1; }

}  // namespace

std::vector<LibcryptoError> libcrypto_errors(const std::vector<const Link*>& links, Purpose purpose, bool strict) {
  const QuietErrors quiet;
  const OwnStore store(X509_STORE_new());
  const OwnContext context(X509_STORE_CTX_new());
  const OwnStack between(sk_X509_new_null());
  if (links.empty() || store == nullptr || context == nullptr || between == nullptr) return {};
  X509_STORE_add_cert(store.get(), links.back()->certificate.handle.get());
  for (std::size_t i = 1; i + 1 < links.size(); ++i) sk_X509_push(between.get(), links[i]->certificate.handle.get());
  X509_STORE_set_check_issued(store.get(), is_next);
  if (X509_STORE_CTX_init(context.get(), store.get(), links.front()->certificate.handle.get(), between.get()) != 1) return {};
  Collected out{&links, {}};
  X509_STORE_CTX_set_ex_data(context.get(), slot(), &out);
  X509_STORE_CTX_set_verify_cb(context.get(), collect);
  X509_STORE_CTX_set_verify(context.get(), signatures_are_known);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK | (strict ? X509_V_FLAG_X509_STRICT : 0UL));
  if (purpose != Purpose::any)
    X509_VERIFY_PARAM_set_purpose(parameters, purpose == Purpose::server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_auth_level(parameters, 0);
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(links.size()));
  X509_verify_cert(context.get());
  return std::move(out.errors);
}

std::vector<LibcryptoError> openssl_verdict(const std::vector<Certificate>& served, const std::vector<Certificate>& anchors,
                                            const JudgeOptions& options, OpensslSetup setup) {
  const QuietErrors quiet;
  const OwnStore store(X509_STORE_new());
  const OwnContext context(X509_STORE_CTX_new());
  const OwnStack between(sk_X509_new_null());
  if (served.empty() || served.front().handle == nullptr || store == nullptr || context == nullptr || between == nullptr) return {};
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.handle.get());
  for (std::size_t i = 1; i < served.size(); ++i) {
    if (served[i].handle != nullptr) sk_X509_push(between.get(), served[i].handle.get());
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), served.front().handle.get(), between.get()) != 1) return {};
  Collected out;
  X509_STORE_CTX_set_ex_data(context.get(), slot(), &out);
  X509_STORE_CTX_set_verify_cb(context.get(), collect);
  X509_STORE_CTX_set_default(context.get(), options.purpose == Purpose::client ? "ssl_client" : "ssl_server");
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(options.at).time_since_epoch().count();
  X509_VERIFY_PARAM_set_time(parameters, seconds);
  X509_VERIFY_PARAM_set_flags(parameters,
                              (setup.strict ? X509_V_FLAG_X509_STRICT : 0UL) | (setup.partial_chain ? X509_V_FLAG_PARTIAL_CHAIN : 0UL));
  if (!setup.trusted_first) X509_VERIFY_PARAM_clear_flags(parameters, X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_auth_level(parameters, setup.level);
  X509_VERIFY_PARAM_set_hostflags(parameters, setup.part_wildcards ? 0 : X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (!options.host.empty() && X509_VERIFY_PARAM_set1_ip_asc(parameters, options.host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(parameters, options.host.c_str(), options.host.size());
  X509_verify_cert(context.get());
  return std::move(out.errors);
}

}  // namespace whytls::x509
