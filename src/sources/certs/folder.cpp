// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/folder.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "x509/container.h"
#include "x509/outline.h"
#include "x509/pem.h"

namespace whytls::certs {
namespace {

namespace fs = std::filesystem;
using State = FolderEntry::State;

constexpr int deepest = 16;
constexpr std::size_t largest = std::size_t{16} << 20U;
constexpr int urgent_percent = 15;
constexpr std::chrono::days urgent_days{30};

/// Within the folder itself: "5ed36f99.0 -> root.pem".
bool beside_itself(const fs::directory_entry& entry) {
  std::error_code error;
  if (!entry.is_symlink(error)) return false;
  const std::string target = fs::read_symlink(entry.path(), error).string();
  return !error && target.find('/') == std::string::npos;
}

class Scan {
 public:
  Scan(base::Time at, const std::function<void(const FolderEntry&)>& sink, const net::CancelFlag* cancel)
      : at_(at), sink_(sink), cancel_(cancel) {}

  void folder(const std::string& path, int depth) {
    std::error_code error;
    fs::directory_iterator entry(path, error);
    if (error) return refuse(path, 0, "the folder cannot be read: " + error.message());
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      if (cancel_ != nullptr && cancel_->load()) return;
      std::error_code ignored;
      if (beside_itself(*entry)) continue;
      if (entry->is_directory(ignored)) {
        if (!entry->is_symlink(ignored) && depth < deepest) folder(entry->path().string(), depth + 1);
      } else if (entry->is_regular_file(ignored)) {
        file(entry->path().string());
      }
    }
  }
  FolderTotals take() { return std::move(totals_); }

 private:
  void file(const std::string& path) {
    ++totals_.files;
    const auto text = x509::read_file(path, largest);
    if (!text) return refuse(path, 0, text.error().what);
    const base::ByteView bytes = base::view(*text);
    // The commonest file of such folders, one certificate in DER, needs no more than its outline.
    if (const auto one = x509::outline(bytes); one && whole(bytes)) return certificate(path, 0, bytes);
    const x509::Contents contents = x509::open_container(bytes, std::nullopt);
    const std::size_t before = totals_.certificates + totals_.unreadable;
    for (const x509::Part& part : contents.parts)
      if (part.kind == x509::Part::Kind::certificate) certificate(path, part.line, part.der);
    for (const x509::Flaw& flaw : contents.flaws)
      if (flaw.certificate) refuse(path, flaw.line, flaw.text);
    if (totals_.certificates + totals_.unreadable != before) return;
    if (contents.locked) return refuse(path, 0, "the keystore is encrypted, and no well-known password opens it");
    ++totals_.others;
  }

  static bool whole(base::ByteView bytes) {
    base::Reader in(bytes);
    return x509::next_element(in) && in.empty();
  }

  void certificate(const std::string& path, std::size_t line, base::ByteView der) {
    const auto outline = x509::outline(der);
    if (!outline || !outline->not_before || !outline->not_after) return refuse(path, line, "the certificate cannot be decoded");
    ++totals_.certificates;
    const base::Time from = *outline->not_before;
    const base::Time until = *outline->not_after;
    if (at_ > until) return add(State::expired, totals_.expired, path, line, der);
    if (at_ < from) return add(State::not_yet_valid, totals_.not_yet_valid, path, line, der);
    if (!totals_.next_end || until < *totals_.next_end) {
      totals_.next_end = until;
      totals_.next_path = path;
    }
    if (until - at_ < urgent_days && (until - at_) * 100 < (until - from) * urgent_percent) add(State::soon, totals_.soon, path, line, der);
  }

  void add(State state, std::size_t& count, const std::string& path, std::size_t line, base::ByteView der) {
    ++count;
    const x509::Certificate c = x509::examine(der);
    sink_({state, path, line, x509::display_name(c), c.not_before, c.not_after, {}});
  }

  void refuse(const std::string& path, std::size_t line, std::string why) {
    ++totals_.unreadable;
    sink_({State::unreadable, path, line, {}, {}, {}, std::move(why)});
  }

  base::Time at_;
  const std::function<void(const FolderEntry&)>& sink_;
  const net::CancelFlag* cancel_;
  FolderTotals totals_;
};

}  // namespace

FolderTotals scan_folder(const std::string& path, base::Time at, const std::function<void(const FolderEntry&)>& sink,
                         const net::CancelFlag* cancel) {
  Scan scan(at, sink, cancel);
  scan.folder(path, 0);
  return scan.take();
}

}  // namespace whytls::certs
