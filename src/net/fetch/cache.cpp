// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/cache.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace whytls::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{8} << 20U;
constexpr std::size_t most_files = 2000;
constexpr std::size_t header = 8;  // seconds since 1970, big-endian: until when the rest may be used

std::int64_t unix_seconds(base::Time time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<base::Bytes> read_file(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size < header || size > most_bytes + header) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) return std::nullopt;
  const base::ByteView bytes = base::view(text);
  return base::Bytes(bytes.begin(), bytes.end());
}

/// Room is made by removing the oldest half of our own files; nothing else is ever touched.
void make_room(const fs::path& folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_name(at->path().filename().string())) files.emplace_back(at->last_write_time(error), at->path());
  if (files.size() < most_files) return;
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i < files.size() / 2; ++i) fs::remove(files[i].second, error);
}

}  // namespace

Cache Cache::of_user() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
    return std::string(value ? value : "");
  };
  if (const std::string xdg = variable("XDG_CACHE_HOME"); xdg.starts_with('/')) return Cache(xdg + "/whytls");
  if (const std::string home = variable("HOME"); home.starts_with('/')) return Cache(home + "/.cache/whytls");
  return Cache("");
}

std::optional<base::Bytes> Cache::find(const std::string& name, base::Time now) const {
  if (folder_.empty() || !is_name(name)) return std::nullopt;
  auto bytes = read_file(fs::path(folder_) / name);
  if (!bytes) return std::nullopt;
  std::uint64_t until = 0;
  for (std::size_t i = 0; i < header; ++i) until = until << 8U | (*bytes)[i];
  if (static_cast<std::uint64_t>(unix_seconds(now)) > until) return std::nullopt;
  bytes->erase(bytes->begin(), bytes->begin() + header);
  return bytes;
}

void Cache::keep(const std::string& name, base::ByteView bytes, base::Time until) const {
  const std::int64_t seconds = unix_seconds(until);
  if (folder_.empty() || !is_name(name) || bytes.size() > most_bytes || seconds <= 0) return;
  std::error_code error;
  const fs::path folder(folder_);
  fs::create_directories(folder, error);
  if (error) return;
  fs::permissions(folder, fs::perms::owner_all, error);
  make_room(folder);
  const fs::path target = folder / name;
  const fs::path fresh = folder / (name + "." + std::to_string(::getpid()));
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    for (std::size_t i = 0; i < header; ++i) file.put(static_cast<char>(static_cast<std::uint64_t>(seconds) >> (8 * (header - 1 - i))));
    const std::string_view text = base::text(bytes);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush()) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(fresh, target, error);  // whole or not at all
  if (error) fs::remove(fresh, error);
}

}  // namespace whytls::net
