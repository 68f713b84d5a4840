// SPDX-License-Identifier: Apache-2.0
// NSS's certificate database. Its schema is that of NSS's lib/softoken/sdb.c: one row an object in nssPublic, one column an attribute ("a"
// and its number in hexadecimal), numbers as four bytes in network order. SQLite is loaded when there is a database to be read.
#include <dlfcn.h>

#include <filesystem>

#include "base/text.h"
#include "sources/system/trust_reading.h"

namespace whytls::system {
namespace {

constexpr int row = 100;
constexpr int read_only = 1, as_uri = 0x40;
constexpr int most_steps = 20;  ///< times a thousand instructions of SQLite's machine, a thousand times over

struct Sqlite {
  int (*open)(const char*, void**, int, const char*) = nullptr;
  int (*close)(void*) = nullptr;
  int (*prepare)(void*, const char*, int, void**, const char**) = nullptr;
  int (*bind)(void*, int, const void*, int, void (*)(void*)) = nullptr;
  int (*step)(void*) = nullptr;
  int (*reset)(void*) = nullptr;
  const void* (*blob)(void*, int) = nullptr;
  int (*bytes)(void*, int) = nullptr;
  int (*finalize)(void*) = nullptr;
  void (*progress)(void*, int, int (*)(void*), void*) = nullptr;
  bool whole = true;
};

template <class F>
void symbol(void* library, const char* name, F& out, bool& whole) {
  out = reinterpret_cast<F>(dlsym(library, name));  // NOLINT: that is what dlsym is for
  whole = whole && out != nullptr;
}

const Sqlite* sqlite() {
  static const Sqlite loaded = [] {
    Sqlite out;
    void* library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      out.whole = false;
      return out;
    }
    symbol(library, "sqlite3_open_v2", out.open, out.whole);
    symbol(library, "sqlite3_close_v2", out.close, out.whole);
    symbol(library, "sqlite3_prepare_v2", out.prepare, out.whole);
    symbol(library, "sqlite3_bind_blob", out.bind, out.whole);
    symbol(library, "sqlite3_step", out.step, out.whole);
    symbol(library, "sqlite3_reset", out.reset, out.whole);
    symbol(library, "sqlite3_column_blob", out.blob, out.whole);
    symbol(library, "sqlite3_column_bytes", out.bytes, out.whole);
    symbol(library, "sqlite3_finalize", out.finalize, out.whole);
    symbol(library, "sqlite3_progress_handler", out.progress, out.whole);
    return out;
  }();
  return loaded.whole ? &loaded : nullptr;
}

/// One prepared question.
class Question {
 public:
  Question(const Sqlite& library, void* database, const char* text) : library_(library) {
    if (library.prepare(database, text, -1, &statement_, nullptr) != 0) statement_ = nullptr;
  }
  ~Question() { library_.finalize(statement_); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  bool good() const { return statement_ != nullptr; }
  void ask(std::initializer_list<base::ByteView> values) {
    library_.reset(statement_);
    int at = 0;
    for (const base::ByteView value : values) library_.bind(statement_, ++at, value.data(), static_cast<int>(value.size()), nullptr);
  }
  bool next() { return library_.step(statement_) == row; }
  base::ByteView column(int at) {
    const auto* data = static_cast<const std::uint8_t*>(library_.blob(statement_, at));
    const int size = library_.bytes(statement_, at);
    return data == nullptr || size <= 0 ? base::ByteView{} : base::ByteView(data, static_cast<std::size_t>(size));
  }

 private:
  const Sqlite& library_;
  void* statement_ = nullptr;
};

std::optional<unsigned long> number_of(base::ByteView bytes) {
  std::uint32_t out = 0;
  return base::Reader(bytes).u32(out, "number") ? std::optional<unsigned long>(out) : std::nullopt;
}

/// CKO_NSS_TRUST and CKA_TRUST_SERVER_AUTH, by issuer and serial number.
std::optional<unsigned long> trust_of(const Sqlite& library, void* database, base::ByteView issuer, base::ByteView serial) {
  Question records(library, database, "SELECT ace536358 FROM nssPublic WHERE a0 = x'CE534353' AND a81 = ?1 AND a82 = ?2 LIMIT 1");
  if (!records.good()) return std::nullopt;
  records.ask({issuer, serial});
  return records.next() ? number_of(records.column(0)) : std::nullopt;
}

bool read_rows(const Sqlite& library, void* database, const Wanted& wanted, Reading& out) {
  constexpr int most_rows = 16;
  Question rows(library, database, "SELECT a11, a81, a82 FROM nssPublic WHERE a0 = x'00000001' AND a101 = ?1 LIMIT 16");
  if (!rows.good()) return false;
  for (const base::Bytes& name : wanted.names()) {
    rows.ask({name});
    for (int i = 0; i < most_rows && rows.next(); ++i) {
      x509::Certificate certificate = x509::examine(rows.column(0));
      if (certificate.handle == nullptr) continue;
      out.anchors.push_back({std::move(certificate), nss_distrust(trust_of(library, database, rows.column(1), rows.column(2))), {}});
    }
  }
  return true;
}

/// "file:/a%20b/cert9.db?immutable=1": a browser that has it open is not disturbed.
std::string uri_of(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' || c == '_';
    out += plain ? std::string(1, c) : "%" + base::hex(base::view(std::string_view(&c, 1)));
  }
  return out + "?immutable=1";
}

int count_down(void* left) { return --*static_cast<int*>(left) <= 0 ? 1 : 0; }

}  // namespace

void read_nss_database(const std::string& folder, const Wanted& wanted, Reading& out) {
  out.path = folder;
  const std::string file = folder + "/cert9.db";
  if (!readable_file(file)) {
    out.problem = readable_file(folder + "/cert8.db") ? "it is of the old format (cert8.db), which only NSS reads" : "it cannot be read";
    return;
  }
  const Sqlite* library = sqlite();
  if (library == nullptr) {
    out.problem = "SQLite's library, which it takes, is not on this machine";
    return;
  }
  void* database = nullptr;
  int left = most_steps * 1000;
  const bool opened = library->open(uri_of(file).c_str(), &database, read_only | as_uri, nullptr) == 0;
  if (opened) library->progress(database, 1000, count_down, &left);
  if (!opened || !read_rows(*library, database, wanted, out)) out.problem = "it is no certificate database of NSS";
  if (left <= 0) out.problem = "reading it took too long";
  library->close(database);
}

}  // namespace whytls::system
