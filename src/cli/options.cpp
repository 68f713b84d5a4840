// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/lists.h"
#include "cli/target.h"
#include "registry/registry.h"

namespace whytls::cli {
namespace {

auto refuse(std::string what) { return base::fail(base::Fault::misuse, std::move(what)); }

}  // namespace

std::string own(const Options& options, const std::string& name) {
  const auto found = options.own.find(name);
  return found == options.own.end() ? std::string() : found->second;
}

base::Result<void> keep(Options& options, const std::string& name, const std::string& value) {
  if (value.empty()) return base::fail(base::Fault::misuse, "the value is empty");
  options.own[name] = value;
  return {};
}

base::Result<void> settle(Options& options) {
  investigate::Request& request = options.request;
  auto versions = versions_between(options.min_version, options.max_version);
  if (!versions) return tl::unexpected(versions.error());
  request.versions = *versions;
  const std::vector<std::uint16_t> usual{registry::version::tls13, registry::version::tls12};
  if (!request.ciphers.empty() && !meet(request.ciphers, request.versions.empty() ? usual : request.versions))
    return refuse("none of the suites of --ciphers belongs to a version that is offered: nothing is left to offer");
  if (request.servername && request.no_servername) return refuse("--servername and --no-servername contradict each other");
  if (!request.key_file.empty() && request.cert_file.empty()) return refuse("--key needs --cert: the certificate that the key belongs to");
  if (request.key_file.empty()) request.key_file = request.cert_file;
  if (!request.proxy_auth_file.empty() && request.proxy.empty()) return refuse("--proxy-auth-file needs --proxy");
  return {};
}

base::Result<void> set_target(Options& options, const std::string& text) {
  const auto target = parse_target(text);
  if (!target) return tl::unexpected(target.error());
  investigate::Request& request = options.request;
  request.host = target->host;
  request.port = target->port.value_or(443);
  request.scheme = target->scheme;
  if (!options.starttls_given) request.starttls = target->starttls;
  return {};
}

}  // namespace whytls::cli
