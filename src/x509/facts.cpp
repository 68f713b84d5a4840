// SPDX-License-Identifier: Apache-2.0
#include "x509/facts.h"

#include "base/text.h"

namespace whytls::x509 {
namespace {

/// One step of libcrypto's DER reader: moves `at` into (or over) the next element.
struct Element {
  const unsigned char* content = nullptr;
  long length = 0;
  int tag = 0;
  bool good = false;
};

Element next(const unsigned char*& at, const unsigned char* end) {
  Element e;
  int form = 0;
  const unsigned char* p = at;
  const int answer = ASN1_get_object(&p, &e.length, &e.tag, &form, end - at);
  if ((answer & 0x80) != 0 || (answer & 0x01) != 0 || e.length > end - p) return e;
  e.content = p;
  e.good = true;
  at = p + e.length;
  return e;
}

std::string name_of(base::ByteView der, base::Bytes& raw) {
  raw.assign(der.begin(), der.end());
  const unsigned char* at = der.data();
  const OwnName name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
  return name == nullptr ? std::string{} : name_text(name.get());
}

void read_times(const Element& validity, Certificate& c) {
  const unsigned char* at = validity.content;
  const unsigned char* end = at + validity.length;
  for (base::Time* field : {&c.not_before, &c.not_after}) {
    using OwnTime = Own<ASN1_TIME, ASN1_TIME_free>;
    const OwnTime time(d2i_ASN1_TIME(nullptr, &at, end - at));
    if (time == nullptr) return;
    *field = to_time(time.get()).value_or(base::Time{});
  }
}

}  // namespace

std::string name_text(const X509_NAME* name) {
  if (name == nullptr || X509_NAME_entry_count(name) == 0) return {};
  const OwnBio bio(BIO_new(BIO_s_mem()));
  // RFC 2253 order and escapes, but characters outside ASCII stay readable.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return base::printable(drain(bio.get()));
}

std::string name_entry(const X509_NAME* name, int nid) {
  int found = -1;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0; at = X509_NAME_get_index_by_NID(name, nid, at)) found = at;
  if (found < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, found)));
  std::string out;
  if (size > 0) out = base::printable(base::ByteView(utf8, static_cast<std::size_t>(size)));
  OPENSSL_free(utf8);
  return out;
}

std::string object_text(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  if (nid != NID_undef && OBJ_nid2ln(nid) != nullptr) return OBJ_nid2ln(nid);
  std::array<char, 128> dotted{};
  return OBJ_obj2txt(dotted.data(), static_cast<int>(dotted.size()), object, 1) <= 0 ? std::string("unreadable OID")
                                                                                     : std::string(dotted.data());
}

std::optional<base::Time> to_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{parts.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days{day} + std::chrono::hours{parts.tm_hour} + std::chrono::minutes{parts.tm_min} +
         std::chrono::seconds{parts.tm_sec};
}

void read_outline(Certificate& c) {
  // Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version?, serial, algorithm, issuer, validity, subject, … } … }, RFC 5280 4.1
  const unsigned char* at = c.der.data();
  const Element outer = next(at, c.der.data() + c.der.size());
  if (!outer.good) return;
  at = outer.content;
  const Element tbs = next(at, outer.content + outer.length);
  if (!tbs.good) return;
  at = tbs.content;
  const unsigned char* end = tbs.content + tbs.length;
  Element e = next(at, end);
  if (e.good && e.tag == 0) e = next(at, end);
  if (!e.good || e.tag != V_ASN1_INTEGER) return;
  c.serial = base::hex(base::ByteView(e.content, static_cast<std::size_t>(std::min(e.length, 64L))));
  if (!next(at, end).good) return;
  const auto whole = [&](const unsigned char* from) { return base::ByteView(from, static_cast<std::size_t>(at - from)); };
  const unsigned char* from = at;
  if (!next(at, end).good) return;
  c.issuer = name_of(whole(from), c.issuer_der);
  const Element validity = next(at, end);
  if (!validity.good) return;
  read_times(validity, c);
  from = at;
  if (next(at, end).good) c.subject = name_of(whole(from), c.subject_der);
}

}  // namespace whytls::x509
