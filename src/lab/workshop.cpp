// SPDX-License-Identifier: Apache-2.0
#include "lab/workshop.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace whytls::lab {
namespace {

template <class T>
T value_or_fail(Workshop& workshop, base::Result<T> result) {
  if (result) return std::move(*result);
  workshop.fail(result.error());
  return {};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(descriptor, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Workshop::~Workshop() {
  if (!litter_) return;
  litter_->remove();
  litter_->release();
}

bool Workshop::make_folder() {
  if (!folder_.empty()) return true;
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "whytls-lab-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    fail({base::Fault::environment, "no folder for temporary files can be made", name, errno});
    return false;
  }
  litter_ = Litter::claim(name);
  if (!litter_) {
    ::rmdir(name.c_str());
    fail({base::Fault::environment, "its name is too long, or there are too many of its kind", name, 0});
    return false;
  }
  folder_ = std::move(name);
  return true;
}

std::string Workshop::file(std::string_view name, std::string_view text) {
  if (!make_folder()) return {};
  std::string path = folder_ + "/" + std::string(name);
  if (!litter_->add(path)) {  // before it is there, so that no signal comes between
    fail({base::Fault::environment, "its name is too long, or there are too many files beside it", path, 0});
    return {};
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    fail({base::Fault::environment, "cannot be made", path, errno});
    return {};
  }
  const bool written = write_all(descriptor, text);
  if (::close(descriptor) != 0 || !written) fail({base::Fault::environment, "cannot be written", path, errno});
  return path;
}

x509::Minted Workshop::mint(const x509::Recipe& recipe, const x509::Minted* issuer) {
  if (failure_) return {};
  return value_or_fail(*this, x509::mint(recipe, issuer));
}

base::Bytes Workshop::staple(const x509::Minted& subject, const x509::Minted& issuer, const x509::OcspRecipe& recipe) {
  if (failure_) return {};
  return value_or_fail(*this, x509::mint_ocsp(subject, issuer, recipe));
}

x509::PrivateKey Workshop::key(const std::string& kind, const std::string& slot) {
  if (failure_) return {};
  return value_or_fail(*this, x509::mint_key(kind, slot));
}

void Workshop::fail(base::Error error) {
  if (!failure_) failure_ = std::move(error);
}

}  // namespace whytls::lab
