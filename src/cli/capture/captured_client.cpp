// SPDX-License-Identifier: Apache-2.0
#include "cli/capture/captured_client.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "observe/fingerprint.h"
#include "sources/capture/capture.h"
#include "sources/capture/file/capture_file.h"
#include "sources/capture/first_message.h"

namespace whytls::cli {
namespace {

namespace capture = sources::capture;

struct Wanted {
  std::string path;
  std::uint64_t flow = 0;  ///< 0: the first that there is
};

/// A file may have a # in its name: then it is the whole name that counts.
Wanted wanted_of(const std::string& place) {
  std::error_code unknown;
  const std::size_t hash = place.rfind('#');
  if (hash == std::string::npos || std::filesystem::exists(place, unknown)) return {place};
  const auto flow = base::number(std::string_view(place).substr(hash + 1));
  return flow && *flow > 0 ? Wanted{place.substr(0, hash), *flow} : Wanted{place};
}

/// The body of the first ClientHello; nothing for one in SSL 2's form, which has another shape.
base::ByteView hello_of(const capture::Handshake& h) {
  if (h.carrier != capture::Carrier::tls || h.ssl2_form) return {};
  return capture::first_body(h, observe::From::client, wire::HandshakeType::client_hello);
}

}  // namespace

base::Result<CapturedClient> captured_client(const std::string& name) {
  constexpr std::size_t most_clients = 1000;
  const Wanted wanted = wanted_of(name.substr(name.find(':') + 1));
  auto file = capture::CaptureFile::open(wanted.path);
  if (!file) return tl::unexpected(file.error());
  std::set<std::string> clients;
  CapturedClient out;
  base::Bytes chosen;
  capture::Capture whole(
      [&](capture::Handshake&& h) {
        const base::ByteView hello = hello_of(h);
        if (hello.empty()) return;
        if (clients.size() < most_clients) clients.insert(observe::ja4(wire::parse_client_hello(hello)));
        const bool first = wanted.flow == 0 && (chosen.empty() || h.number < out.flow);
        if (!first && h.number != wanted.flow) return;
        chosen.assign(hello.begin(), hello.end());
        out.flow = h.number;
      },
      nullptr);
  capture::Packet packet;
  while (file->next(packet)) whole.feed(packet);
  whole.finish();
  if (chosen.empty()) {
    const std::string where = wanted.flow == 0 ? std::string() : " in flow " + std::to_string(wanted.flow);
    const std::string damage = file->damage() ? " (" + *file->damage() + ")" : std::string();
    return base::fail(base::Fault::input, "a ClientHello of TLS over TCP was expected" + where + ", and there is none" + damage,
                      wanted.path);
  }
  probe::Profile profile;
  profile.name = name;
  profile.title = "the client of flow " + std::to_string(out.flow) + " in " + base::printable(wanted.path);
  profile.hello = wire::parse_client_hello(chosen);
  profile.alpn = profile.hello.alpn();
  profile.client_hello = std::move(chosen);
  out.profile = std::make_shared<const probe::Profile>(std::move(profile));
  out.clients = clients.size();
  return out;
}

}  // namespace whytls::cli
