// SPDX-License-Identifier: Apache-2.0
// PEM as people have it: among notes, indented, glued together, with line ends written out. What stands in it is read wherever that is
// unambiguous, and what common servers would not read is said: OpenSSL wants "-----BEGIN " at the start of a line and nothing behind the
// dashes (crypto/pem/pem_lib.c, get_name and get_header_and_data).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "x509/container_parts.h"
#include "x509/openssl.h"
#include "x509/outline.h"
#include "x509/pem.h"

namespace whytls::x509 {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ", end_mark = "-----END ", dashes = "-----";
constexpr std::size_t longest_label = 64, longest_lead = 256;
constexpr std::size_t most_flaws = 100;

/// Line ends that were written as the two characters \n (or \r\n): by a JSON file, an environment variable, a YAML scalar.
std::string with_line_ends(std::string_view text, bool& replaced) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool written = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 'r');
    if (!written) {
      out += text[i];
      continue;
    }
    replaced = true;
    if (text[++i] == 'n') out += '\n';
  }
  return out;
}

struct Block {
  std::string label;
  std::string headers;  ///< of traditional encryption (RFC 1421), as they stand
  base::Bytes der;
  std::size_t line = 0;
  std::string fault;        ///< why its body cannot be decoded
  std::vector<Flaw> flaws;  ///< why a server would not find or read it
};

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

void decode_body(const std::string& body, Block& block) {
  std::string packed;
  for (const std::string& line : base::split(body, "\r\n")) {
    if (line.find(':') != std::string::npos) {
      block.headers += line + "\n";
      continue;
    }
    for (const char c : line) {
      if (is_base64(c))
        packed += c;
      else if (c != ' ' && c != '\t')
        block.fault = "the block holds characters that are no base64";
    }
  }
  const std::size_t first_padding = std::min(packed.find('='), packed.size());
  const bool padded = packed.find_first_not_of('=', first_padding) == std::string::npos && packed.size() - first_padding <= 2;
  if (block.fault.empty() && packed.empty()) block.fault = "the block is empty";
  if (block.fault.empty() && (packed.size() % 4 != 0 || !padded)) block.fault = "the block's base64 is cut off or damaged";
  if (!block.fault.empty()) return;
  block.der.resize(packed.size() / 4 * 3);
  const base::ByteView in = base::view(packed);
  const int size = EVP_DecodeBlock(block.der.data(), in.data(), static_cast<int>(in.size()));
  if (size < 0) block.fault = "the block is no base64";
  block.der.resize(size < 0 ? 0 : static_cast<std::size_t>(size) - (packed.size() - first_padding));
}

/// Finds the blocks one after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { at_ = text.find(begin_mark); }
  bool done() const { return at_ == std::string_view::npos; }
  bool noise() const { return noise_; }

  Block next() {
    Block out;
    out.line = line_of(at_);
    note_place(out);
    const std::size_t label_at = at_ + begin_mark.size();
    const std::size_t label_end = text_.substr(0, std::min(text_.size(), label_at + longest_label)).find(dashes, label_at);
    const std::size_t following = text_.find(begin_mark, label_at);
    // No further than to the next BEGIN: a file of nothing but BEGIN lines is read in linear time.
    const std::size_t end = text_.substr(0, following).find(end_mark, label_at);
    const std::size_t from = at_;
    at_ = following;
    if (label_end == std::string_view::npos) return skip(std::move(out), from, label_at, "a BEGIN line without its end");
    out.label = base::printable(text_.substr(label_at, label_end - label_at), longest_label);
    if (end == std::string_view::npos || end < label_end) return skip(std::move(out), from, label_end, "a block without its END line");
    note_end(out, end, text_.substr(label_at, label_end - label_at));
    bool written = false;
    decode_body(with_line_ends(text_.substr(label_end + dashes.size(), end - label_end - dashes.size()), written), out);
    if (written) out.flaws.push_back({out.line, "its line ends are written as \\n: servers do not read it", Flaw::Weight::embedded});
    done_ = std::min(text_.find(dashes, end + end_mark.size()), text_.size() - dashes.size()) + dashes.size();
    if (done()) note_noise(text_.size());
    return out;
  }

 private:
  Block skip(Block out, std::size_t from, std::size_t to, std::string why) {
    out.fault = std::move(why);
    done_ = std::max(from, to);
    return out;
  }

  std::size_t line_of(std::size_t at) {
    line_ += static_cast<std::size_t>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted_ = at;
    return line_;
  }

  void note_noise(std::size_t until) {
    if (until > done_ && text_.substr(done_, until - done_).find_first_not_of(" \t\r\n") != std::string_view::npos) noise_ = true;
  }

  /// What stands before BEGIN on its line.
  void note_place(Block& out) {
    note_noise(at_);
    const std::size_t far = at_ > longest_lead ? at_ - longest_lead : 0;
    const std::string_view lead = text_.substr(far, at_ - far);
    const std::size_t newline = lead.rfind('\n');
    const std::string_view before = newline == std::string_view::npos ? lead : lead.substr(newline + 1);
    if (before.empty()) return;
    if (before == "\xef\xbb\xbf") {
      out.flaws.push_back({out.line, "a byte order mark stands before it: OpenSSL does not find it", Flaw::Weight::broken});
    } else if (before.find_first_not_of(" \t") == std::string_view::npos) {
      out.flaws.push_back({out.line, "its BEGIN line is indented: OpenSSL does not find it", Flaw::Weight::embedded});
    } else if (before.find(end_mark) != std::string_view::npos) {
      out.flaws.push_back(
          {out.line, "it begins on the line on which the block before it ends: OpenSSL reads neither", Flaw::Weight::broken});
    } else {
      out.flaws.push_back(
          {out.line, "its BEGIN mark does not stand at the start of a line: OpenSSL does not find it", Flaw::Weight::embedded});
    }
  }

  void note_end(Block& out, std::size_t end, std::string_view label) {
    const std::string_view tail = text_.substr(end + end_mark.size(), label.size() + dashes.size());
    if (!tail.starts_with(label) || !tail.ends_with(dashes))
      out.flaws.push_back({out.line, "its END line names something else than its BEGIN line: OpenSSL refuses it", Flaw::Weight::broken});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t done_ = 0;  ///< behind the last block
  std::size_t line_ = 1, counted_ = 0;
  bool noise_ = false;
};

/// OpenSSL's own trust settings stand behind the certificate (x509(1), "Trust settings").
Part trusted_part(base::ByteView der) {
  base::Reader in(der);
  const auto element = next_element(in);
  Part out = certificate_part(element ? element->whole : der, {});
  const unsigned char* at = der.data();
  const OwnX509 x(d2i_X509_AUX(nullptr, &at, static_cast<long>(der.size())));
  // X509_TRUST_SSL_SERVER, not strict: an explicit rejection for servers, or for any use.
  out.distrusted = x != nullptr && X509_check_trust(x.get(), X509_TRUST_SSL_SERVER, 0) == X509_TRUST_REJECTED;
  return out;
}

/// The block as OpenSSL would write it.
std::string canonical(const Block& block) {
  const OwnBio bio(BIO_new(BIO_s_mem()));
  std::string out = "-----BEGIN " + block.label + "-----\n" + block.headers + (block.headers.empty() ? "" : "\n");
  base::Bytes text((block.der.size() + 2) / 3 * 4 + 1);
  const int size = EVP_EncodeBlock(text.data(), block.der.data(), static_cast<int>(block.der.size()));
  const std::string_view digits = base::text(text).substr(0, static_cast<std::size_t>(std::max(size, 0)));
  for (std::size_t i = 0; i < digits.size(); i += 64) out += std::string(digits.substr(i, 64)) + "\n";
  return out + "-----END " + block.label + "-----\n";
}

std::string traditional_cipher(const std::string& headers) {
  const std::size_t info = headers.find("DEK-Info:");
  if (info == std::string::npos) return "traditional PEM";
  const std::size_t from = std::min(headers.find_first_not_of(' ', info + 9), headers.size());
  return "traditional PEM, " + base::printable(headers.substr(from, headers.find_first_of(",\n", from) - from), 32);
}

Part key_block(const Block& block, const std::optional<std::string>& passphrase) {
  Part out = key_part(base::view(canonical(block)), passphrase, block.label);
  if (out.kind != Part::Kind::locked_key) return out;
  const std::string encryption = encryption_of(block.der);
  out.text = !block.headers.empty() ? traditional_cipher(block.headers) : encryption.empty() ? "PKCS #8" : "PKCS #8, " + encryption;
  return out;
}

Part other_block(const Block& block, std::string text) {
  Part out;
  out.label = block.label;
  out.text = std::move(text);
  return out;
}

/// A block of a kind that says by itself what is in it.
std::optional<Part> known_block(const Block& block, const std::optional<std::string>& passphrase) {
  if (block.label == "TRUSTED CERTIFICATE") return trusted_part(block.der);
  if (is_certificate_label(block.label)) return certificate_part(block.der, {});
  if (block.label == "OPENSSH PRIVATE KEY") return other_block(block, "an OpenSSH private key, which TLS libraries cannot load");
  if (block.label.ends_with("PRIVATE KEY")) return key_block(block, passphrase);
  if (block.label == "DH PARAMETERS" || block.label == "X9.42 DH PARAMETERS") return other_block(block, "Diffie-Hellman parameters");
  if (block.label == "EC PARAMETERS") return other_block(block, "curve parameters");
  return der_part(block.der, passphrase);
}

void add_block(Block block, const std::optional<std::string>& passphrase, Contents& out) {
  for (Flaw& flaw : block.flaws)
    if (out.flaws.size() < most_flaws) out.flaws.push_back(std::move(flaw));
  if (!block.fault.empty()) {
    if (out.flaws.size() < most_flaws)
      out.flaws.push_back({block.line, block.fault + ": it is left out", Flaw::Weight::broken, is_certificate_label(block.label)});
    return;
  }
  const std::size_t before = out.parts.size();
  if (block.label == "PKCS7" || block.label == "CMS" || block.label == "PKCS #7 SIGNED DATA") {
    if (!read_pkcs7(block.der, out)) out.parts.push_back(other_block(block, "a PKCS #7 structure that cannot be decoded"));
    out.format = Format::pem;
  } else if (auto part = known_block(block, passphrase)) {
    out.parts.push_back(std::move(*part));
  } else {
    out.parts.push_back(other_block(block, "a block \"" + block.label + "\" that is not known here"));
  }
  for (std::size_t i = before; i < out.parts.size(); ++i) out.parts[i].line = block.line;
}

}  // namespace

void read_pem_parts(std::string_view text, const std::optional<std::string>& passphrase, Contents& out) {
  out.format = Format::pem;
  Scanner scanner(text);
  while (!scanner.done() && out.parts.size() < most_parts) add_block(scanner.next(), passphrase, out);
  out.noise = scanner.noise();
}

}  // namespace whytls::x509
