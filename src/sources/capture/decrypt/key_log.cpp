// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/decrypt/key_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "base/text.h"

namespace whytls::sources::capture {
namespace {

struct Label {
  std::string_view name;
  std::optional<Secret> what;  ///< none: a good line that is of no use here
};

// draft-ietf-tls-keylogfile 2; Wireshark's names for the drafts of QUIC; RSA: the first form, by the encrypted pre-master secret.
constexpr std::array labels{
    Label{"CLIENT_RANDOM", Secret::master},
    Label{"CLIENT_EARLY_TRAFFIC_SECRET", Secret::client_early},
    Label{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", Secret::client_handshake},
    Label{"SERVER_HANDSHAKE_TRAFFIC_SECRET", Secret::server_handshake},
    Label{"CLIENT_TRAFFIC_SECRET_0", Secret::client_application},
    Label{"SERVER_TRAFFIC_SECRET_0", Secret::server_application},
    Label{"QUIC_CLIENT_EARLY_TRAFFIC_SECRET", Secret::client_early},
    Label{"QUIC_CLIENT_HANDSHAKE_TRAFFIC_SECRET", Secret::client_handshake},
    Label{"QUIC_SERVER_HANDSHAKE_TRAFFIC_SECRET", Secret::server_handshake},
    Label{"QUIC_CLIENT_TRAFFIC_SECRET_0", Secret::client_application},
    Label{"QUIC_SERVER_TRAFFIC_SECRET_0", Secret::server_application},
    Label{"RSA", std::nullopt},
};

/// Further labels (EXPORTER_SECRET, ECH_CONFIG …) are legal and may come with any new version.
bool legal_label(std::string_view label) {
  return !label.empty() && std::all_of(label.begin(), label.end(),
                                       [](char one) { return (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '_'; });
}

int digit(char one) {
  if (one >= '0' && one <= '9') return one - '0';
  if (one >= 'a' && one <= 'f') return one - 'a' + 10;
  if (one >= 'A' && one <= 'F') return one - 'A' + 10;
  return -1;
}

/// Into `out`, without a copy: a key log may have millions of lines. The number of bytes; 0 where the text is no hexadecimal of 1 to N
/// bytes.
template <std::size_t N>
std::size_t unhex_into(std::string_view text, std::array<std::uint8_t, N>& out) {
  if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > N) return 0;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return 0;
    out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return text.size() / 2;
}

/// The next word of `line`, which shrinks.
std::string_view word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
  const std::string_view found = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return found;
}

}  // namespace

std::size_t KeyLog::Hash::operator()(const Key& key) const {
  std::uint64_t front = 0;  // randoms are random: any eight bytes of them do; not the first four, which may be a time
  std::memcpy(&front, key.client_random.data() + 8, sizeof front);
  return std::hash<std::uint64_t>{}(front + static_cast<std::uint64_t>(key.what));
}

void KeyLog::add_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (line.empty() || line.front() == '#') return;
  const std::string_view name = word(line);
  const auto* const label = std::find_if(labels.begin(), labels.end(), [&](const Label& each) { return each.name == name; });
  if (label == labels.end() ? legal_label(name) : !label->what.has_value()) return;
  Key key;
  Value value;
  const bool good = label != labels.end() && unhex_into(word(line), key.client_random) == random_size;
  const std::size_t size = good ? unhex_into(word(line), value.bytes) : 0;
  if (size < 32 || !base::trim(line).empty()) {  // a master secret has 48 bytes, a traffic secret its hash's: 32 or 48
    ++bad_lines_;
    return;
  }
  key.what = *label->what;
  value.size = static_cast<std::uint8_t>(size);
  if (!full()) secrets_.try_emplace(key, value);
}

void KeyLog::add(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    add_line(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

base::Result<void> KeyLog::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::fail(base::Fault::input, "cannot read the key log", path, errno);
  constexpr std::size_t longest_line = 4096;  // real ones have about 200 characters; a file without line ends is no key log
  std::string pending(std::size_t{1} << 16U, '\0');
  std::size_t kept = 0;
  while (file && !full()) {
    file.read(pending.data() + kept, static_cast<std::streamsize>(pending.size() - kept));
    const std::size_t filled = kept + static_cast<std::size_t>(file.gcount());
    const std::string_view text(pending.data(), filled);
    const std::size_t last = text.rfind('\n');
    const std::size_t whole = file && last != std::string_view::npos ? last + 1 : file ? 0 : filled;
    add(text.substr(0, whole));
    kept = filled - whole;
    if (kept > longest_line) {
      ++bad_lines_;
      kept = 0;
    }
    std::memmove(pending.data(), pending.data() + whole, kept);
  }
  if (file.bad()) return base::fail(base::Fault::input, "cannot read the key log", path, errno);
  return {};
}

base::ByteView KeyLog::find(Secret what, base::ByteView client_random) const {
  if (client_random.size() != random_size) return {};
  Key key;
  std::copy(client_random.begin(), client_random.end(), key.client_random.begin());
  key.what = what;
  const auto found = secrets_.find(key);
  return found == secrets_.end() ? base::ByteView{} : base::ByteView(found->second.bytes).first(found->second.size);
}

}  // namespace whytls::sources::capture
