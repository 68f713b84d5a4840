// SPDX-License-Identifier: Apache-2.0
#include "sources/system/stores.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "sources/system/gnutls_library.h"
#include "sources/system/java_options.h"

namespace whytls::system {
namespace {

namespace fs = std::filesystem;

std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path out = fs::canonical(path, error);
  return error ? path : out.string();
}

std::size_t pem_certificates(std::string_view text) {
  std::size_t count = 0;
  for (const std::string_view line : lines_of(text)) {
    const std::string_view mark = base::trim(line);
    count += mark == "-----BEGIN CERTIFICATE-----" || mark == "-----BEGIN TRUSTED CERTIFICATE-----" ||
             mark == "-----BEGIN X509 CERTIFICATE-----";
  }
  return count;
}

/// "4a6481c9.0": what OpenSSL looks for in a folder, X509_LOOKUP_hash_dir(3).
bool hash_link(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  const auto digits = [](std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
  };
  return name.size() > 9 && name[8] == '.' && digits(std::string_view(name).substr(0, 8), "0123456789abcdef") &&
         digits(std::string_view(name).substr(9), "0123456789");
}

void add_problem(LibraryStore& store, const std::string& text) {
  if (!store.problem.empty()) store.problem += "; ";
  store.problem += base::printable(text);
}

void count_file(LibraryStore& store, const std::string& path) {
  store.paths.push_back(canonical(path));
  const auto text = read_file(path);
  if (!text) return add_problem(store, text.error().text());
  const std::size_t count = pem_certificates(*text);
  store.roots += count;
  if (count == 0) add_problem(store, path + ": it holds no certificate");
}

void count_folder(LibraryStore& store, const std::string& path) {
  std::error_code error;
  store.paths.push_back(canonical(path));
  if (!fs::is_directory(path, error)) return add_problem(store, path + ": there is no such folder");
  if (access(path.c_str(), R_OK | X_OK) != 0) return add_problem(store, path + ": it cannot be read (permission denied)");
  std::size_t count = 0;
  for (const std::string& file : files_in(path)) count += hash_link(file) ? 1U : 0U;
  store.roots += count;
  if (count == 0) add_problem(store, path + ": it holds no hash link (openssl rehash)");
}

/// Where something was found after all, the rest is no problem.
LibraryStore judged(LibraryStore store) {
  if (store.roots > 0) store.problem.clear();
  if (store.roots == 0 && store.problem.empty()) store.problem = "no trust store is found";
  return store;
}

}  // namespace

LibraryStore openssl_store(const Environment& environment) {
  LibraryStore out{"openssl", {}, {}, 0, {}};
  const char* info = OPENSSL_info(OPENSSL_INFO_CONFIG_DIR);
  const std::string base = environment.well_known(info != nullptr ? info : "/usr/lib/ssl");
  const std::string file = environment.get("SSL_CERT_FILE");
  const std::string folders = environment.get("SSL_CERT_DIR");
  if (!file.empty()) out.named_by = "SSL_CERT_FILE";
  if (!folders.empty()) out.named_by += out.named_by.empty() ? "SSL_CERT_DIR" : ", SSL_CERT_DIR";
  if (!file.empty() || readable_file(base + "/cert.pem")) count_file(out, file.empty() ? base + "/cert.pem" : file);
  for (const std::string& folder : base::split(folders.empty() ? base + "/certs" : folders, ":")) count_folder(out, folder);
  return judged(std::move(out));
}

LibraryStore gnutls_store(const Environment& environment) {
  LibraryStore out{"gnutls", {}, {}, 0, {}};
  // The bundle is compiled in and no function names it: the distributions' places, in the order of GnuTLS's configure script.
  for (const std::string_view path :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem", "/usr/local/share/certs/ca-root-nss.crt", "/etc/ssl/cert.pem"}) {
    const std::string file = environment.well_known(path);
    std::error_code error;
    if (!fs::exists(file, error)) continue;
    count_file(out, file);
    return judged(std::move(out));
  }
  return judged(std::move(out));
}

LibraryStore java_store(const Environment& environment) {
  LibraryStore out{"java", {}, {}, 0, {}};
  std::string path = java_option(environment, "javax.net.ssl.trustStore").value_or("");
  if (!path.empty()) out.named_by = "-Djavax.net.ssl.trustStore";
  if (path.empty()) {
    const auto home = java_home(environment);
    if (!home) {
      out.problem = "no Java is found by JAVA_HOME or PATH";
      return out;
    }
    std::string folder = *home + "/lib/security/";
    std::error_code error;
    if (!fs::is_directory(folder, error)) folder = *home + "/jre/lib/security/";
    path = folder + (readable_file(folder + "jssecacerts") ? "jssecacerts" : "cacerts");
  }
  out.paths.push_back(canonical(path));
  const auto bytes = read_file(path);
  if (!bytes) {
    add_problem(out, bytes.error().text());
    return out;
  }
  const auto count = count_java_roots(*bytes);
  if (!count) {
    add_problem(out, path + ": " + count.error().what);
  } else if (*count) {
    out.roots = **count;
    if (out.roots == 0) add_problem(out, path + ": it holds no trusted certificate");
  } else {
    add_problem(out, path + ": its entries are encrypted");
  }
  return out;
}

std::optional<LibraryStore> library_store(std::string_view library, const Environment& environment) {
  if (library == "openssl") return openssl_store(environment);
  if (library == "gnutls") return gnutls_store(environment);
  if (library == "java") return java_store(environment);
  return std::nullopt;
}

std::vector<evidence::Fact> store_facts(const LibraryStore& store) {
  using evidence::Kind;
  const std::string paths = base::printable(base::join(store.paths, ", "));
  const evidence::Provenance from{"system", paths};
  std::vector<evidence::Fact> out;
  const auto add = [&](Kind kind, evidence::Value value, std::string text) {
    out.push_back({kind, {}, std::move(value), std::move(text), evidence::Certainty::observed, from});
  };
  const std::string named = store.named_by.empty() ? "" : fmt::format(" (named by {})", store.named_by);
  if (!paths.empty()) add(Kind::store_path, paths, fmt::format("{}'s trust store: {}{}", store.library, paths, named));
  add(Kind::store_roots, static_cast<std::int64_t>(store.roots), fmt::format("it holds {} roots", store.roots));
  if (!store.problem.empty()) add(Kind::store_problem, store.problem, {});
  return out;
}

}  // namespace whytls::system
