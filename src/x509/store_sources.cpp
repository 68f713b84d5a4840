// SPDX-License-Identifier: Apache-2.0
#include "x509/store_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "x509/pem.h"

namespace whytls::x509 {
namespace {

using Kind = StoreProblem::Kind;
namespace fs = std::filesystem;

void complain(StoreReport& report, Kind kind, const std::string& path, std::string text, const std::string& named, int error = 0) {
  report.problems.push_back({kind, path, std::move(text), error, named});
}

void complain(StoreReport& report, const base::Error& error, const std::string& named) {
  const bool missing = error.system == ENOENT || error.system == ENOTDIR;
  if (missing && named.empty()) return;
  complain(report, missing ? Kind::missing : Kind::unreadable, error.where, error.what, named, error.system);
}

/// "TRUSTED CERTIFICATE" blocks carry OpenSSL's own trust settings behind the certificate.
void cut_to_one_element(base::Bytes& der) {
  long length = 0;
  int tag = 0;
  int form = 0;
  const unsigned char* at = der.data();
  if ((ASN1_get_object(&at, &length, &tag, &form, static_cast<long>(der.size())) & 0x81) != 0) return;
  der.resize(static_cast<std::size_t>(at - der.data() + length));
}

/// Certificates of a file: PEM blocks, or one in DER.
std::vector<base::Bytes> certificates_in(const std::string& text, std::vector<std::string>* problems) {
  std::vector<base::Bytes> out;
  PemFile pem = read_pem(text);
  for (PemBlock& block : pem.blocks) {
    if (!is_certificate_label(block.label)) continue;
    cut_to_one_element(block.der);
    out.push_back(std::move(block.der));
  }
  if (pem.blocks.empty() && !text.empty() && text.front() == '\x30') out.emplace_back(text.begin(), text.end());
  if (problems != nullptr) *problems = std::move(pem.problems);
  return out;
}

/// The subject's encoding, found by libcrypto's element reader alone: a full parse of 140 roots costs ten times as much.
base::ByteView subject_of(base::ByteView der) {
  const unsigned char* at = der.data();
  const unsigned char* end = at + der.size();
  const auto enter = [&](bool into) {
    long length = 0;
    int tag = 0;
    int form = 0;
    const unsigned char* p = at;
    if (end - at <= 0 || (ASN1_get_object(&p, &length, &tag, &form, end - at) & 0x81) != 0 || length > end - p) return -1;
    if (into) end = p + length;
    at = into ? p : p + length;
    return tag;
  };
  // Certificate, then tbsCertificate, then over version (tag 0) and serial, algorithm, issuer, validity: RFC 5280 4.1.
  if (enter(true) < 0 || enter(true) < 0) return {};
  const int first = enter(false);
  for (int i = first == 0 ? 0 : 1; i < 4; ++i) {
    if (enter(false) < 0) return {};
  }
  const unsigned char* from = at;
  if (first < 0 || enter(false) < 0) return {};
  return {from, static_cast<std::size_t>(at - from)};
}

/// That of the name's canonical form (RFC 5280 7.1), as in the names of hash links.
unsigned long hash_of(const X509_NAME* name) { return X509_NAME_hash_ex(name, nullptr, nullptr, nullptr); }

class Given final : public AnchorSource {
 public:
  explicit Given(std::vector<Certificate> roots) : roots_(std::move(roots)) {}
  void survey(StoreReport& report) override { report.roots += roots_.size(); }
  void find(const X509_NAME* name, std::vector<Certificate>& out) override {
    for (const Certificate& root : roots_) {
      if (root.handle != nullptr && X509_NAME_cmp(X509_get_subject_name(root.handle.get()), name) == 0) out.push_back(root);
    }
  }

 private:
  std::vector<Certificate> roots_;
};

class Bundle final : public AnchorSource {
 public:
  Bundle(std::vector<std::string> files, std::string named) : files_(std::move(files)), named_(std::move(named)) {}

  void survey(StoreReport& report) override {
    for (const std::string& file : files_) survey(file, report);
  }

  void find(const X509_NAME* name, std::vector<Certificate>& out) override {
    if (by_name_.empty()) index();
    const auto [first, last] = by_name_.equal_range(hash_of(name));
    for (auto at = first; at != last; ++at) {
      Certificate c = examine(*at->second);
      if (c.handle != nullptr && X509_NAME_cmp(X509_get_subject_name(c.handle.get()), name) == 0) out.push_back(std::move(c));
    }
  }

 private:
  /// Decodes the names alone, once: that costs a tenth of parsing the certificates.
  void index() {
    for (const base::Bytes& der : ders_) {
      const base::ByteView subject = subject_of(der);
      const unsigned char* at = subject.data();
      const OwnName name(d2i_X509_NAME(nullptr, &at, static_cast<long>(subject.size())));
      if (name != nullptr) by_name_.emplace(hash_of(name.get()), &der);
    }
  }

  void survey(const std::string& file, StoreReport& report) {
    const auto text = read_file(file);
    if (!text) return complain(report, text.error(), named_);
    std::vector<std::string> damaged;
    std::vector<base::Bytes> found = certificates_in(*text, &damaged);
    std::erase_if(found, [](const base::Bytes& der) { return subject_of(der).empty(); });
    for (const std::string& what : damaged) complain(report, Kind::damaged, file, what, named_);
    if (found.empty()) complain(report, Kind::empty, file, "the file holds no certificate", named_);
    report.paths.push_back(file);
    report.roots += found.size();
    std::move(found.begin(), found.end(), std::back_inserter(ders_));
  }

  std::vector<std::string> files_;
  std::string named_;
  std::vector<base::Bytes> ders_;
  std::multimap<unsigned long, const base::Bytes*> by_name_;
};

/// "5ed36f99.0", the form of openssl-rehash(1); those of CRLs have an "r" before the number.
bool is_hash_link(const std::string& name) {
  return name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8 &&
         name.find_first_not_of("0123456789", 9) == std::string::npos;
}

class HashedFolder final : public AnchorSource {
 public:
  HashedFolder(std::string path, std::string named, std::size_t links, std::size_t others, std::error_code error)
      : path_(std::move(path)), named_(std::move(named)), links_(links), others_(others), error_(error) {}

  void survey(StoreReport& report) override {
    if (error_) {
      return complain(report, base::Error{base::Fault::input, "the folder cannot be read: " + error_.message(), path_, error_.value()},
                      named_);
    }
    if (links_ == 0 && others_ > 0) {
      complain(report, Kind::unhashed, path_, "the folder has no hash links: OpenSSL finds nothing in it before `openssl rehash`", named_);
    } else if (links_ == 0 && !named_.empty()) {
      complain(report, Kind::empty, path_, "the folder holds no certificate", named_);
    }
    if (links_ > 0) report.paths.push_back(path_);
    report.roots += links_;
  }

  void load() override;

  void find(const X509_NAME* name, std::vector<Certificate>& out) override {
    if (loaded_) return loaded_->find(name, out);
    if (links_ == 0) return;
    const unsigned long hash = hash_of(name);
    for (int i = 0; i < 100; ++i) {
      const auto text = read_file(fmt::format("{}/{:08x}.{}", path_, hash, i), std::size_t{1} << 20U);
      if (!text) return;
      for (const base::Bytes& der : certificates_in(*text, nullptr)) {
        Certificate c = examine(der);
        if (c.handle != nullptr && X509_NAME_cmp(X509_get_subject_name(c.handle.get()), name) == 0) out.push_back(std::move(c));
      }
    }
  }

 private:
  std::string path_, named_;
  std::size_t links_, others_;
  std::error_code error_;
  std::unique_ptr<Given> loaded_;
};

struct Listing {
  std::vector<std::string> links, files;
  std::error_code error;
};

Listing list(const std::string& path) {
  Listing out;
  fs::directory_iterator at(path, out.error);
  for (; !out.error && at != fs::directory_iterator(); at.increment(out.error)) {
    const std::string name = at->path().filename().string();
    if (is_hash_link(name)) {
      out.links.push_back(name);
    } else if (name.ends_with(".pem") || name.ends_with(".crt") || name.ends_with(".cer")) {
      out.files.push_back(at->path().string());
    }
  }
  std::sort(out.files.begin(), out.files.end());
  return out;
}

void HashedFolder::load() {
  std::vector<Certificate> roots;
  for (const std::string& link : list(path_).links) {
    const auto text = read_file(path_ + "/" + link, std::size_t{1} << 20U);
    if (!text) continue;
    for (const base::Bytes& der : certificates_in(*text, nullptr)) roots.push_back(examine(der));
  }
  loaded_ = std::make_unique<Given>(std::move(roots));
}

}  // namespace

std::unique_ptr<AnchorSource> given(std::vector<Certificate> roots) { return std::make_unique<Given>(std::move(roots)); }

std::unique_ptr<AnchorSource> bundle(std::string path, std::string named) {
  return std::make_unique<Bundle>(std::vector<std::string>{std::move(path)}, std::move(named));
}

std::unique_ptr<AnchorSource> hashed_folder(std::string path, std::string named) {
  const Listing found = list(path);
  return std::make_unique<HashedFolder>(std::move(path), std::move(named), found.links.size(), found.files.size(), found.error);
}

std::unique_ptr<AnchorSource> any_folder(std::string path, std::string named) {
  Listing found = list(path);
  if (!found.links.empty() || found.files.empty()) return hashed_folder(std::move(path), std::move(named));
  return std::make_unique<Bundle>(std::move(found.files), std::move(named));
}

}  // namespace whytls::x509
