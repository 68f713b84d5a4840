// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "base/text.h"
#include "x509/pem.h"

namespace whytls::certs {
namespace {

using x509::Part;

constexpr std::size_t most_bytes = std::size_t{64} << 20U;

base::Result<std::string> read_input() {
  std::string out;
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail(base::Fault::input, "standard input cannot be read", "-", errno);
    if (got == 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(got));
    if (out.size() > most_bytes) return base::fail(base::Fault::limit, "standard input is larger than 64 MiB", "-");
  }
}

struct Pool {
  std::vector<Held> certificates;
  std::vector<HeldKey> keys;
};

Pool pool_of(const std::vector<File>& files) {
  Pool out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const Part& part : files[i].contents.parts) {
      if (part.kind == Part::Kind::certificate)
        out.certificates.push_back({x509::examine(part.der), i, part.line, part.entry, part.anchor, part.label});
      if (part.kind == Part::Kind::key || part.kind == Part::Kind::locked_key) out.keys.push_back({part, i});
    }
  }
  return out;
}

bool is_keystore(const File& file) {
  using enum x509::Format;
  return file.contents.format == pkcs12 || file.contents.format == jks || file.contents.format == jceks;
}

/// PKCS #7 is a set: its order means nothing either.
bool has_order(const File& file) { return !is_keystore(file) && file.contents.format != x509::Format::pkcs7; }

bool matches(const HeldKey& key, const x509::Certificate& certificate) {
  return key.part.kind == Part::Kind::key && key.part.spki_sha256 == certificate.spki_sha256;
}

/// Which certificates are a server's own: those with a key at hand, and end-entity certificates. Where there are none, a certificate that
/// stands alone is meant.
class Leaves {
 public:
  Leaves(const Pool& pool, bool for_server) : pool_(pool), for_server_(for_server) {}

  std::vector<std::size_t> find() {
    std::vector<std::size_t> out;
    std::set<x509::Digest> seen;
    for (std::size_t i = 0; i < pool_.certificates.size(); ++i) {
      if (!is_leaf(i)) continue;
      if (!seen.insert(pool_.certificates[i].certificate.sha256).second)
        prefer(out, i);
      else
        out.push_back(i);
    }
    if (out.empty()) alone(out);
    return out;
  }

 private:
  bool is_leaf(std::size_t i) const {
    const Held& held = pool_.certificates[i];
    // The key of an authority beside what it issued is a mistake, not a sign of a leaf.
    const bool has_key =
        std::any_of(pool_.keys.begin(), pool_.keys.end(), [&](const HeldKey& key) { return matches(key, held.certificate); });
    if (has_key && !issues_another(i)) return true;
    if (held.anchor || held.certificate.is_ca) return false;
    if (held.entry && locked_entry(held)) return true;
    return !issues_another(i);
  }

  /// The key of its entry is at hand but locked; the first certificate of a chain is then the key's own.
  bool locked_entry(const Held& held) const {
    return std::any_of(pool_.keys.begin(), pool_.keys.end(), [&](const HeldKey& key) {
      return key.file == held.file && key.part.entry == held.entry && key.part.kind == Part::Kind::locked_key;
    });
  }

  bool issues_another(std::size_t i) const {
    const x509::Certificate& issuer = pool_.certificates[i].certificate;
    return std::any_of(pool_.certificates.begin(), pool_.certificates.end(), [&](const Held& child) {
      return child.certificate.sha256 != issuer.sha256 && child.certificate.issuer_der == issuer.subject_der;
    });
  }

  std::size_t company(std::size_t i) const {
    const std::size_t file = pool_.certificates[i].file;
    return static_cast<std::size_t>(
        std::count_if(pool_.certificates.begin(), pool_.certificates.end(), [&](const Held& held) { return held.file == file; }));
  }

  /// The same leaf in cert.pem and in fullchain.pem: the file with the longer chain is what a server would be given.
  void prefer(std::vector<std::size_t>& out, std::size_t i) const {
    for (std::size_t& known : out) {
      const bool same = pool_.certificates[known].certificate.sha256 == pool_.certificates[i].certificate.sha256;
      if (same && company(i) > company(known)) known = i;
    }
  }

  /// It can be nothing but an authority: it may issue, may not sign a handshake, and names no host. (What `openssl req -x509` makes by
  /// default may issue too, and is used by servers.)
  static bool only_issues(const x509::Certificate& c) {
    return c.is_ca && c.key_usage && !c.key_usage->digital_signature && !c.key_usage->key_encipherment && !c.has_san;
  }

  /// No end-entity certificate: one certificate alone is taken for the server's; an intermediate before its issuer too. Several roots
  /// are a trust store, and so is one that can be nothing else.
  void alone(std::vector<std::size_t>& out) const {
    std::vector<std::size_t> bottom;
    std::set<x509::Digest> seen;
    for (std::size_t i = 0; i < pool_.certificates.size(); ++i) {
      const Held& held = pool_.certificates[i];
      if (!held.anchor && !issues_another(i) && seen.insert(held.certificate.sha256).second) bottom.push_back(i);
    }
    if (bottom.size() == 1 && (for_server_ || !only_issues(pool_.certificates[bottom.front()].certificate))) out = bottom;
  }

  const Pool& pool_;
  bool for_server_;
};

bool has_leaf(const Pool& pool, const std::vector<std::size_t>& leaves, std::size_t file) {
  return std::any_of(leaves.begin(), leaves.end(), [&](std::size_t i) { return pool.certificates[i].file == file; });
}

/// What a server sends with that leaf: the rest of its file; files of authorities alone are added where its own file holds none.
void fill_chain(const Pool& pool, const std::vector<std::size_t>& leaves, std::size_t leaf, const std::vector<File>& files, Set& out) {
  const Held& own = pool.certificates[leaf];
  const File& file = files[own.file];
  out.ordered = has_order(file);
  out.chain.push_back(own);
  std::size_t before = 0;
  bool company = false;
  const auto is_leaf = [&](std::size_t i) { return std::find(leaves.begin(), leaves.end(), i) != leaves.end(); };
  for (std::size_t i = 0; i < pool.certificates.size(); ++i) {
    const Held& held = pool.certificates[i];
    if (i == leaf) out.leaf_at = before;
    if (held.file != own.file || i == leaf) continue;
    if (out.ordered && i < leaf && !is_leaf(i)) {
      if (before++ == 0) out.first = held;
    }
    const bool another_entry = file.contents.format != x509::Format::pkcs12 && held.entry != own.entry;
    if (is_leaf(i) || held.anchor || another_entry) continue;
    company = true;
    out.chain.push_back(held);
  }
  for (std::size_t i = 0; i < pool.certificates.size(); ++i) {
    const Held& held = pool.certificates[i];
    if (held.file == own.file || is_leaf(i)) continue;
    const bool added = !company && !has_leaf(pool, leaves, held.file) && !held.anchor;
    (added ? out.chain : out.others).push_back(held);
  }
  if (out.leaf_at == 0) out.first.reset();
}

/// The key of a set: the one that fits; else the one of its entry; else the only one there is.
void find_key(const Pool& pool, const Held& leaf, bool only_set, Set& out) {
  for (const HeldKey& key : pool.keys) {
    if (!matches(key, leaf.certificate)) continue;
    out.key = key;
    out.key_belongs = true;
    return;
  }
  for (const HeldKey& key : pool.keys) {
    const bool same_entry = key.part.entry && key.part.entry == leaf.entry && key.file == leaf.file;
    if (same_entry || (only_set && pool.keys.size() == 1)) out.key = key;
  }
}

}  // namespace

File file_of(std::string path, base::ByteView bytes, const std::optional<std::string>& passphrase) {
  File out;
  out.path = std::move(path);
  out.contents = x509::open_container(bytes, passphrase);
  return out;
}

File load(const std::string& path, const std::optional<std::string>& passphrase) {
  const auto text = path == "-" ? read_input() : x509::read_file(path, most_bytes);
  if (!text) {
    File out;
    out.path = path;
    out.error = text.error().what;
    out.missing = text.error().system == ENOENT || text.error().system == ENOTDIR;
    return out;
  }
  File out = file_of(path, base::view(*text), passphrase);
  struct stat info {};
  out.exposed = path != "-" && stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
  return out;
}

Sorted sort(const std::vector<File>& files, const std::optional<File>& key, bool for_server) {
  Pool pool = pool_of(files);
  Sorted out;
  if (key) {
    // What was named as the key is meant, whatever else lies in the files.
    pool.keys.clear();
    for (const Part& part : key->contents.parts) {
      if (part.kind == Part::Kind::key || part.kind == Part::Kind::locked_key) pool.keys.push_back({part, files.size()});
    }
  }
  const std::vector<std::size_t> leaves = Leaves(pool, for_server || key).find();
  for (const std::size_t leaf : leaves) {
    Set set;
    fill_chain(pool, leaves, leaf, files, set);
    find_key(pool, pool.certificates[leaf], leaves.size() == 1, set);
    out.sets.push_back(std::move(set));
  }
  if (leaves.empty()) out.anchors = pool.certificates;
  for (const HeldKey& one : pool.keys) {
    const bool used = std::any_of(out.sets.begin(), out.sets.end(), [&](const Set& set) {
      return set.key && set.key->file == one.file && set.key->part.spki_sha256 == one.part.spki_sha256;
    });
    if (!used) out.spare_keys.push_back(one);
  }
  return out;
}

std::string place(const std::vector<File>& files, const Held& held) {
  if (held.file >= files.size()) return {};
  const std::string path = files[held.file].path == "-" ? "standard input" : files[held.file].path;
  if (held.line > 0) return fmt::format("{}:{}", path, held.line);
  return held.label.empty() ? path : fmt::format("{} (alias {})", path, held.label);
}

}  // namespace whytls::certs
