// SPDX-License-Identifier: Apache-2.0
// THE value that every format renders: what was asked, what was found, what to change. Plain data without I/O; it refuses to know
// which source filled it. Texts may hold a peer's words: every format passes them through base::printable.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "diagnosis/engine.h"
#include "evidence/evidence.h"
#include "remedy/remedy.h"

namespace whytls::report {

using remedy::Side;

struct Target {
  std::string host;  ///< as asked for, IPv6 without brackets
  std::uint16_t port = 443;
  std::string address;                    ///< numeric address of the handshake in question; empty when it came to none
  std::optional<std::string> servername;  ///< the server name that was sent; absent when none was
  std::string starttls;                   ///< protocol of the upgrade dialogue; empty: TLS from the start
};

enum class Peer : std::uint8_t { client, server };
std::string_view peer_name(Peer peer);

/// The ClientHello. Code points as on the wire, GREASE included, in its order.
struct Offer {
  std::vector<std::uint16_t> versions;  ///< highest first, as supported_versions has them; else the legacy version
  std::vector<std::uint16_t> suites, groups, signature_algorithms;
  std::optional<std::string> server_name;
  std::vector<std::string> alpn;
  std::string ja3, ja4;  ///< hashes; empty when not computed
};

struct Selection {
  std::optional<std::uint16_t> version, suite, group, signature_algorithm;
  std::string alpn;
  std::optional<bool> resumed;
};

struct Alert {
  Peer from = Peer::server;
  bool fatal = true;
  std::uint8_t description = 0;
  bool encrypted = false;
  std::optional<double> at;  ///< seconds since the start of the connection
};

struct Certificate {
  std::size_t position = 0;  ///< 0 is the leaf; as the server sent them
  std::string subject, issuer;
  std::optional<base::Time> not_before, not_after;
  std::string sha256;              ///< hexadecimal, of the DER form
  std::vector<std::string> names;  ///< subject alternative names
  std::string key;                 ///< "rsa-2048", "ec-secp256r1" …
  std::string signature;           ///< "sha256WithRSAEncryption" …
  std::string serial;              ///< hexadecimal
  std::string pem;                 ///< may be empty
  // ---- of certificates in files
  std::string place;        ///< "chain.pem:17", where it was found, or "trust store"; empty for a handshake
  std::string role;         ///< leaf, intermediate, root, unused
  std::string purpose;      ///< what it may be used for, in words
  std::optional<int> left;  ///< percent of its lifetime
};

/// How a watched connection came to its end, where no message tells it.
struct FlowEnd {
  Peer from = Peer::server;
  std::string text;  ///< "closed", "reset"
  double at = 0;     ///< seconds since the start of the connection
  std::optional<std::uint64_t> packet;
};

/// A handshake that was watched, in a capture or on a wire.
struct Flow {
  std::string client, server;      ///< "192.0.2.7:51234", "[2001:db8::1]:443"
  std::string protocol = "tls";    ///< what carried it: tls, dtls, quic
  std::uint64_t number = 0;        ///< of its connection in the capture, from 1
  std::uint64_t first_packet = 0;  ///< from 1
  std::optional<base::Time> start;
  std::string file;          ///< the capture that it stands in; empty where there is but one
  std::string upgrade;       ///< what was spoken before TLS: smtp, http-connect …; empty: TLS from the start
  std::string history;       ///< Zeek's ssl_history letters: "CSXKNGIFif#"
  std::string community_id;  ///< "1:…"
  std::string client_guess;  ///< what it probably is: "Firefox 128"; empty: not recognised
  std::string ja3s;
  std::optional<FlowEnd> ended;  ///< absent: it goes on, or the capture ends before it
};

/// A file that was read instead of asking a server.
struct File {
  std::string path;
  std::string format;  ///< "PEM", "PKCS #12" …
  std::string holds;   ///< in words
};

/// A trust store of this machine, and what it says of the chain.
struct Store {
  std::string who;  ///< whose it is: "OpenSSL", "Java 17", "Firefox"
  std::string path;
  std::string state;  ///< present, absent, distrusted, expired, unreadable
  std::string text;   ///< why; may be empty
  std::string root;   ///< the root in question there; may be empty
};

/// The chain as a server should send it.
struct Bundle {
  std::string pem;
  bool holds = false;   ///< a client would accept it
  std::string written;  ///< the file that it was written to; empty when to none
};

/// Another server certificate in the same files.
struct Sibling {
  std::string subject;
  diagnosis::Outcome outcome = diagnosis::Outcome::undetermined;
  std::string cause;  ///< empty when nothing fails
  std::string summary;
};

struct Message {
  Peer from = Peer::client;
  std::string type;  ///< "client_hello", "server_hello", "alert", "change_cipher_spec" …
  double at = 0;     ///< seconds since the start of the connection
  std::size_t bytes = 0;
  std::string text;                     ///< anything worth saying of it; may be empty
  std::optional<std::uint64_t> packet;  ///< the one that completed it, in a capture
};

struct Handshake {
  bool complete = false;
  Offer offered;
  Selection selected;
  std::vector<Alert> alerts;
  std::vector<Certificate> certificates;
  std::vector<Message> messages;
};

/// Another handshake that was made to find the reason.
struct Probe {
  std::string id;       ///< short and stable: "control", "key-type", "version.tls1.0" …
  std::string changed;  ///< what differs from the offer in question, in words; "nothing" for a control
  int times = 1;        ///< how often it was made
  int same = 1;         ///< of these, how often it ended as `ended` says
  bool works = false;   ///< it got past the failing step
  std::string ended;    ///< how it ended, in words
  std::string address;  ///< where not the target's
  std::optional<Handshake> handshake;
};

enum class Severity : std::uint8_t { note, warning, error };
std::string_view severity_name(Severity severity);
std::optional<Severity> severity_named(std::string_view name);

/// Worth knowing, though nothing fails for it.
struct Finding {
  std::string rule;
  Severity severity = Severity::note;
  std::string text;
};

struct Fix {
  Side side = Side::server;
  std::string text;      ///< one sentence in the imperative
  std::string snippet;   ///< configuration or command; empty when there is none
  std::string software;  ///< JSON "for": nginx, apache, openssl …; empty: whatever it is
  remedy::Applicability applicability = remedy::Applicability::adapt_first;
};

/// One rung of the ladder.
struct Step {
  enum class State : std::uint8_t { ok, failed, not_reached };
  std::string name;  ///< in a word: dns, tcp, proxy, starttls, hello, certificate, key exchange, finished …
  State state = State::not_reached;
  std::string text;  ///< "12 ms", "TLS 1.3", "alert 40 handshake_failure from the server"; may be empty
};

struct Report {
  Target target;
  std::vector<File> files;   ///< where this is not empty, they take the target's place
  std::optional<Flow> flow;  ///< where this is set, it takes the target's place
  std::vector<Store> stores;
  std::optional<Bundle> bundle;
  std::vector<Sibling> siblings;
  std::string client = "default";  ///< the client in question
  diagnosis::Diagnosis diagnosis;
  evidence::Evidence evidence;
  Handshake handshake;
  std::vector<Step> steps;
  std::vector<Probe> probes;
  std::vector<Finding> findings;
  std::vector<Fix> fixes;              ///< filled by add_fixes
  std::vector<std::string> left_open;  ///< what else it could be, in words; empty: taken from the diagnosis
  std::vector<std::string> to_decide;  ///< what to run or look at next, in words
  int connections = 0;
  std::chrono::milliseconds elapsed{};
  bool interrupted = false;  ///< stopped by the user: what was found so far
};

/// Spells the remedies of the verdict for the software that was recognised, else for the usual ones (report/fixes.cpp).
void add_fixes(Report& report);

}  // namespace whytls::report
