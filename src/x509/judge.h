// SPDX-License-Identifier: Apache-2.0
// A chain as served, judged as a client would: every path from the leaf that could be built, every fault of each, and those that
// no path avoids. Follows "Order of judgement" of the causes (rules 5 and 6, Trust, Time); names problems, not causes. Knows no
// clock, socket or file: time, store and fetched certificates are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "x509/certificate.h"
#include "x509/crl.h"
#include "x509/host.h"
#include "x509/intercept.h"
#include "x509/ocsp.h"
#include "x509/profile.h"
#include "x509/store.h"

namespace whytls::x509 {

/// In the order of precedence.
enum class Code : std::uint8_t {
  malformed,
  revoked,
  expired,
  not_yet_valid,
  self_signed_leaf,
  issuer_missing,
  untrusted_root,
  name_mismatch,
  bad_signature,
  invalid_ca,
  name_constraint,
  wrong_purpose,
  unknown_critical_extension,
  weak_key,
  weak_signature,
  revocation_unavailable,
  missing_staple,
};
std::string_view name(Code code);  ///< "issuer_missing"

struct Problem {
  Code code = Code::malformed;
  std::size_t position = 0;  ///< in the best path; 0 is the leaf. For issuer_missing: the link whose issuer is missing
  std::string subject;       ///< display name of that link
  std::string value;         ///< what is wrong, with its value: "notAfter 2026-01-02", "rsa-1024", "issuer CN=Foo"
  bool certain = true;       ///< false: what was seen allows another explanation
  bool every_path = true;    ///< false: the paths share no fault, and this one is of the best path only
};

enum class Origin : std::uint8_t { served, extra, store };

struct Link {
  Certificate certificate;
  Origin origin = Origin::served;
  std::size_t index = 0;  ///< among the served (or extra) certificates
  bool anchor = false;    ///< trusted by itself
};

struct Extra {
  Certificate certificate;
  std::string from;  ///< where it was found: a URL, a store, a cache
};

/// An answer about revocation that a responder gave, for whichever link it speaks of.
struct FetchedOcsp {
  base::Bytes response;
  std::string from;  ///< the responder's address
};

struct Floor {
  unsigned rsa_bits = 2048;  ///< of RSA, RSA-PSS and DSA
  unsigned ec_bits = 256;
  bool sha1 = false;  ///< SHA-1 is accepted
  bool md5 = false;
};

enum class Purpose : std::uint8_t { server, client, any };  ///< any: none is asked for

/// What the handshake does with the leaf's key; any: not known.
enum class KeyUse : std::uint8_t { any, signing, enciphering, agreement };

struct JudgeOptions {
  std::string host;  ///< the name or address to be covered; empty: not checked
  base::Time at{};
  const TrustStore* store = nullptr;            ///< null: nothing is trusted
  std::vector<const TrustStore*> other_stores;  ///< asked only where `store` lacks the anchor
  std::vector<Extra> extra;                     ///< certificates that the server did not send
  bool client_uses_extra = false;               ///< the client in question fetches or caches them itself: no fault then
  Floor floor;
  Purpose purpose = Purpose::server;
  KeyUse key_use = KeyUse::any;
  std::vector<base::Bytes> staples;  ///< by served position; an empty one stands for none
  bool honour_must_staple = true;
  bool require_revocation = false;  ///< the client insists on an answer about revocation
  std::vector<Crl> crls;
  std::vector<FetchedOcsp> responses;
  Profile profile = Profile::clients;             ///< whose rules count as faults
  bool judge_anchor = true;                       ///< no: it is only a name and a key (RFC 5280 6.1.1 (d))
  bool issuers_have_purposes = true;              ///< an issuer's extended key usage binds what it issues
  std::optional<std::size_t> most_intermediates;  ///< as a verify depth bounds them; nothing: our own bound
};

/// The span of time under which nothing of the best path has expired or is yet to come.
struct Window {
  base::Time from{}, until{};
  bool empty() const { return from > until; }
  bool holds(base::Time at) const { return from <= at && at <= until; }
};

struct ChainFacts {
  std::size_t served = 0;
  bool leaf_alone = false;      ///< one distinct certificate was served
  bool in_order = true;         ///< the served part of the path stands in order, the leaf first, nothing unrelated between
  bool next_is_issuer = false;  ///< the second certificate served is the leaf's issuer
  bool issuer_served = false;   ///< the leaf's issuer is among the served certificates, wherever
  std::optional<std::size_t>
      better_leaf;           ///< served position of another end-entity certificate that covers the host, where the first does not
  bool linked = false;       ///< the path goes beyond the leaf
  bool root_served = false;  ///< a self-signed certificate was served behind the leaf (needless, harmless)
  bool leaf_is_ca = false;
  std::vector<std::size_t> duplicates, unrelated, unparsable;  ///< served positions
  std::string missing_issuer;           ///< name of the issuer that is not among the served certificates and the store
  bool missing_issuer_is_root = false;  ///< it calls itself a root
  bool rekeyed_issuer = false;          ///< an issuer of that name is on hand, with another key
  std::string found_in;                 ///< where the missing intermediate was found
  std::string known_in;                 ///< another store on hand that has the anchor
  bool store_empty = false;
  bool bounded = false;  ///< more certificates or paths than are looked at
};

struct Judgement {
  bool trusted = false;            ///< a path without any problem exists
  std::vector<Problem> problems;   ///< by precedence, then position; empty exactly when trusted
  std::vector<Problem> elsewhere;  ///< faults of the best path that another path avoids: findings, not causes
  std::vector<Link> path;          ///< the best path, the leaf first
  std::size_t paths = 0;           ///< that were judged
  std::vector<Certificate> served;
  ChainFacts facts;
  std::optional<HostMatch> host;       ///< where a host was asked for
  std::optional<OcspResponse> staple;  ///< of the leaf, where one was given
  std::optional<Window> window;        ///< of the best path
  bool only_clock = false;             ///< every problem is one of time, and `window` is not empty
  std::optional<Interception> interception;
  std::vector<std::vector<Departure>> departures;  ///< by position in the best path; faults only where the profile asks for it

  const Problem* first() const { return problems.empty() ? nullptr : &problems.front(); }
  bool has(Code code) const;
};

/// `chain`: DER as served, the leaf first.
Judgement judge(const std::vector<base::Bytes>& chain, const JudgeOptions& options);

/// "leaf (served 0) <- Test CA (served 1) <- Root (store)"; printable.
std::string path_text(const std::vector<Link>& path);

}  // namespace whytls::x509
