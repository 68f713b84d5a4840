// SPDX-License-Identifier: Apache-2.0
#include "x509/store.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "x509/openssl.h"
#include "x509/store_sources.h"

namespace whytls::x509 {

struct TrustStore::State {
  std::vector<std::unique_ptr<AnchorSource>> sources;
  StoreReport report;
  bool surveyed = false;
  std::mutex guard;
  /// What is tried, one after the other, where all of the sources together hold nothing.
  std::vector<std::string> fallbacks;

  const StoreReport& survey() {
    const std::scoped_lock lock(guard);
    read();
    return report;
  }

  void read() {
    if (surveyed) return;
    surveyed = true;
    for (const auto& source : sources) count(*source);
    for (const std::string& path : fallbacks) {
      if (report.roots > 0) return;
      sources.push_back(bundle(path, {}));
      count(*sources.back());
    }
  }

  /// A file and a folder mostly hold the same anchors (Debian's do): the larger counts.
  void count(AnchorSource& source) {
    const std::size_t before = std::exchange(report.roots, 0);
    source.survey(report);
    report.roots = std::max(report.roots, before);
  }

  std::vector<Certificate> find(const X509_NAME* name) {
    const QuietErrors quiet;
    const std::scoped_lock lock(guard);
    read();
    std::vector<Certificate> out;
    for (const auto& source : sources) source->find(name, out);
    std::vector<Certificate> distinct;
    for (Certificate& c : out) {
      if (std::find(distinct.begin(), distinct.end(), c) == distinct.end()) distinct.push_back(std::move(c));
    }
    return distinct;
  }
};

namespace {

constexpr std::array<const char*, 6> bundles{"/etc/ssl/certs/ca-certificates.crt",
                                             "/etc/pki/tls/certs/ca-bundle.crt",
                                             "/etc/ssl/ca-bundle.pem",
                                             "/etc/ssl/cert.pem",
                                             "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                             "/usr/local/share/certs/ca-root-nss.crt"};

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  return value == nullptr ? std::string{} : std::string(value);
}

/// SSL_CERT_DIR is a list of folders.
void add_folders(std::vector<std::unique_ptr<AnchorSource>>& sources, const std::string& list, const std::string& named) {
  for (const std::string& folder : base::split(list, ":")) sources.push_back(hashed_folder(folder, named));
}

}  // namespace

TrustStore::TrustStore() : state_(std::make_shared<State>()) {}

TrustStore TrustStore::system() {
  TrustStore store;
  store.state_->report.label = "the system's trust store";
  const std::string file = variable(X509_get_default_cert_file_env());
  const std::string folder = variable(X509_get_default_cert_dir_env());
  auto& sources = store.state_->sources;
  sources.push_back(file.empty() ? bundle(X509_get_default_cert_file(), {}) : bundle(file, X509_get_default_cert_file_env()));
  add_folders(sources, folder.empty() ? X509_get_default_cert_dir() : folder, folder.empty() ? "" : X509_get_default_cert_dir_env());
  // What the user named is meant: an empty store that was asked for stays empty.
  if (file.empty() && folder.empty()) store.state_->fallbacks.assign(bundles.begin(), bundles.end());
  return store;
}

TrustStore TrustStore::of_files(const std::string& file, const std::string& dir) {
  TrustStore store;
  store.state_->report.label =
      (file.empty() ? "" : "--ca-file " + file) + (file.empty() || dir.empty() ? "" : ", ") + (dir.empty() ? "" : "--ca-dir " + dir);
  if (!file.empty()) store.state_->sources.push_back(bundle(file, "--ca-file"));
  if (!dir.empty()) store.state_->sources.push_back(any_folder(dir, "--ca-dir"));
  return store;
}

TrustStore TrustStore::of_certificates(std::vector<Certificate> roots, std::string label) {
  TrustStore store;
  store.state_->report.label = std::move(label);
  store.state_->sources.push_back(given(std::move(roots)));
  return store;
}

const StoreReport& TrustStore::report() const { return state_->survey(); }

void TrustStore::load() const {
  const QuietErrors quiet;
  const std::scoped_lock lock(state_->guard);
  state_->read();
  for (const auto& source : state_->sources) source->load();
}

std::vector<Certificate> TrustStore::issuers_of(const Certificate& child) const {
  if (child.handle == nullptr) return {};
  return state_->find(X509_get_issuer_name(child.handle.get()));
}

std::vector<Certificate> TrustStore::namesakes(const Certificate& certificate) const {
  if (certificate.handle == nullptr) return {};
  return state_->find(X509_get_subject_name(certificate.handle.get()));
}

bool TrustStore::holds(const Certificate& certificate) const {
  const auto found = namesakes(certificate);
  return std::find(found.begin(), found.end(), certificate) != found.end();
}

TrustStore TrustStore::of_path(const std::string& path) {
  TrustStore store;
  std::error_code error;
  store.state_->report.label = path;
  store.state_->sources.push_back(std::filesystem::is_directory(path, error) ? any_folder(path, {}) : bundle(path, {}));
  return store;
}

namespace {

/// Where Python's certifi lies, whatever version of Python brought it.
std::vector<std::string> certifi_bundles() {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  for (const char* parent : {"/usr/lib", "/usr/lib/python3", "/usr/local/lib"}) {
    std::error_code error;
    for (fs::directory_iterator at(parent, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (!name.starts_with("python") && name != "dist-packages") continue;
      for (const char* inner : {"certifi/cacert.pem", "site-packages/certifi/cacert.pem", "dist-packages/certifi/cacert.pem"}) {
        out.push_back((at->path() / inner).string());
      }
    }
  }
  return out;
}

}  // namespace

std::vector<TrustStore> other_public_stores() {
  std::vector<std::string> paths(bundles.begin(), bundles.end());
  const std::vector<std::string> certifi = certifi_bundles();
  paths.insert(paths.end(), certifi.begin(), certifi.end());
  paths.emplace_back("/usr/share/ca-certificates/mozilla");
  std::vector<TrustStore> out;
  std::vector<std::string> seen;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::string real = std::filesystem::canonical(path, error).string();
    if (error || std::find(seen.begin(), seen.end(), real) != seen.end() || out.size() >= 8) continue;
    seen.push_back(real);
    out.push_back(TrustStore::of_path(path));
  }
  return out;
}

}  // namespace whytls::x509
