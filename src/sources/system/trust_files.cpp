// SPDX-License-Identifier: Apache-2.0
// Trust stores that are files or folders: bundles, OpenSSL's hash links, Java's keystores.
#include <fmt/format.h>
#include <openssl/x509.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "sources/system/trust_reading.h"
#include "x509/container.h"
#include "x509/outline.h"
#include "x509/pem.h"

namespace whytls::system {
namespace {

namespace fs = std::filesystem;
using x509::Part;

constexpr std::size_t most_bytes = std::size_t{16} << 20U;

void add(base::ByteView der, std::string distrusted, Reading& out) {
  x509::Certificate certificate = x509::examine(der);
  if (certificate.handle != nullptr) out.anchors.push_back({std::move(certificate), std::move(distrusted), {}});
}

void read_parts(const x509::Contents& contents, const Wanted& wanted, Reading& out) {
  for (const Part& part : contents.parts) {
    if (part.kind != Part::Kind::certificate || !wanted.concerns(part.der)) continue;
    add(part.der, part.distrusted ? "OpenSSL's trust settings in the file reject it for servers" : "", out);
  }
}

std::optional<x509::Contents> opened(const std::string& path, Reading& out) {
  const auto text = x509::read_file(path, most_bytes);
  if (!text) {
    out.problem = text.error().what;
    return std::nullopt;
  }
  x509::Contents contents = x509::open_container(base::view(*text), std::nullopt);
  if (x509::count(contents, Part::Kind::certificate) == 0)
    out.problem = contents.locked ? "it is encrypted, and none of the usual passwords opens it" : "it holds no certificate";
  return contents;
}

/// What OpenSSL hashes: the name in its canonical form (RFC 5280 7.1); the links' names begin with it.
std::optional<unsigned long> hash_of(const base::Bytes& name) {
  const unsigned char* at = name.data();
  X509_NAME* decoded = d2i_X509_NAME(nullptr, &at, static_cast<long>(name.size()));
  if (decoded == nullptr) return std::nullopt;
  const unsigned long hash = X509_NAME_hash_ex(decoded, nullptr, nullptr, nullptr);
  X509_NAME_free(decoded);
  return hash;
}

/// "Algorithm=SHA-256" and fingerprints in hexadecimal, one a line: sun.security.util.UntrustedCertificates.
std::vector<std::string> blocked_fingerprints(const std::string& path) {
  std::vector<std::string> out;
  const auto text = path.empty() ? base::Result<std::string>(std::string()) : x509::read_file(path, most_bytes);
  if (!text) return out;
  for (const std::string_view line : lines_of(*text)) {
    const std::string word = base::lower(base::trim(line));
    if (word.size() == 64 && word.find_first_not_of("0123456789abcdef") == std::string::npos) out.push_back(word);
  }
  return out;
}

}  // namespace

void read_store_file(const std::string& path, const Wanted& wanted, Reading& out) {
  out.path = path;
  if (const auto contents = opened(path, out)) read_parts(*contents, wanted, out);
}

void read_store_text(const std::string& text, const Wanted& wanted, Reading& out) {
  const x509::Contents contents = x509::open_container(base::view(text), std::nullopt);
  if (x509::count(contents, Part::Kind::certificate) == 0) out.problem = "it names no certificate";
  read_parts(contents, wanted, out);
}

void read_hashed_folder(const std::string& path, const Wanted& wanted, Reading& out) {
  constexpr int most_links = 100;
  out.path = path;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    out.problem = "there is no such folder";
    return;
  }
  for (const base::Bytes& name : wanted.names()) {
    const auto hash = hash_of(name);
    for (int i = 0; hash && i < most_links; ++i) {
      const auto text = x509::read_file(fmt::format("{}/{:08x}.{}", path, *hash, i), most_bytes);
      if (!text) break;
      read_parts(x509::open_container(base::view(*text), std::nullopt), wanted, out);
    }
  }
  if (!out.anchors.empty()) return;
  const auto files = files_in(path);
  const bool linked = std::any_of(files.begin(), files.end(), [](const std::string& file) {
    const std::string link = fs::path(file).filename().string();
    return link.size() > 9 && link[8] == '.' && link.find_first_not_of("0123456789abcdef") == 8;
  });
  if (!linked)
    out.problem = files.empty() ? "it is empty" : "it has no hash links, without which OpenSSL finds nothing in it (openssl rehash)";
}

void read_java_store(const std::string& path, const std::string& blocked, const Wanted& wanted, Reading& out) {
  out.path = path;
  const auto contents = opened(path, out);
  if (!contents || !out.problem.empty()) return;
  const std::vector<std::string> fingerprints = blocked_fingerprints(blocked);
  for (const Part& part : contents->parts) {
    if (part.kind != Part::Kind::certificate || !part.anchor || !wanted.concerns(part.der)) continue;
    const std::string fingerprint = x509::fingerprint(x509::examine(part.der));
    const bool refused = std::find(fingerprints.begin(), fingerprints.end(), fingerprint) != fingerprints.end();
    add(part.der, refused ? "this Java refuses it by name (" + blocked + ")" : "", out);
  }
}

}  // namespace whytls::system
