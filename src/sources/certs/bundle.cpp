// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "base/file.h"

namespace whytls::certs {
namespace {

auto failed(const std::string& path, int error) {
  return base::fail(base::Fault::environment, "cannot be written: " + std::generic_category().message(error), path, error);
}

}  // namespace

std::string bundle_text(const std::vector<x509::Certificate>& chain) {
  std::string out;
  for (const x509::Certificate& one : chain) out += x509::to_pem(one);
  return out;
}

base::Result<void> may_write(const std::string& path, const std::vector<std::string>& inputs) {
  struct stat there {};
  if (stat(path.c_str(), &there) != 0) return {};
  if (!S_ISREG(there.st_mode)) return base::fail(base::Fault::misuse, "it is no regular file, and is not written to", path);
  for (const std::string& input : inputs) {
    struct stat read {};
    if (input == "-" || stat(input.c_str(), &read) != 0) continue;
    if (read.st_dev == there.st_dev && read.st_ino == there.st_ino)
      return base::fail(base::Fault::misuse, "it is one of the files that were read, and these are never written to: name another", path);
  }
  return {};
}

base::Result<void> write_bundle(const std::string& path, const std::string& text) {
  std::string temporary = path + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return failed(path, errno);
  int error = base::write_all(file, text);
  if (error == 0 && fchmod(file, 0644) != 0) error = errno;
  if (error == 0 && fsync(file) != 0 && errno != EINVAL) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(temporary.c_str());
  return failed(path, error);
}

}  // namespace whytls::certs
