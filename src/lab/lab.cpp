// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"

#include <algorithm>
#include <array>

#include "lab/litter.h"
#include "lab/server.h"
#include "lab/workshop.h"

namespace whytls::lab {
namespace {

/// Where the network between is the cause, a server on loopback could only pretend.
constexpr std::string_view packet_filters = "needs packet filters in a network namespace: see tests/lab";
constexpr std::string_view local_files = "lies in files of the server, which no handshake shows";
constexpr std::array absent{
    NotShown{"network.mtu-blackhole", packet_filters},
    NotShown{"network.inconsistent-addresses", "needs a name with two addresses, and so a resolver of its own: see tests/lab"},
    NotShown{"protocol.ech-rejected", "needs a client that encrypts its hello, and no recorded one does more than pretend (GREASE)"},
    NotShown{"certificate.ct-missing", "needs a client that demands certificate timestamps, and none of the clients here does"},
    NotShown{"configuration.file-missing", local_files},
    NotShown{"configuration.file-unreadable", local_files},
    NotShown{"configuration.invalid-directive", local_files},
    NotShown{"configuration.tls-off", "shows in the server's configuration; from the wire the same server is protocol.not-tls"},
};

class RunningFault final : public Running {
 public:
  Workshop workshop;  // outlives the server, whose files it keeps
  Scene scene;
  std::unique_ptr<Server> server;
  std::vector<std::string> arguments;

  std::string address() const override { return server ? server->address() : std::string(); }
  const std::vector<std::string>& words() const override { return arguments; }
  const std::vector<std::pair<std::string, std::string>>& environment() const override { return scene.environment; }
};

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

std::span<const NotShown> not_shown() { return absent; }

const Fault* fault(std::string_view id) {
  const auto found = std::find_if(faults.begin(), faults.end(), [&](const Fault* each) { return each->id == id; });
  return found == faults.end() ? nullptr : *found;
}

base::Result<std::unique_ptr<Running>> start(const Fault& fault, const StartOptions& options) {
  if (options.mind_signals) remove_litter_on_signals();
  auto running = std::make_unique<RunningFault>();
  running->scene = fault.prepare(running->workshop);
  if (running->workshop.failure()) return tl::unexpected<base::Error>(*running->workshop.failure());
  const std::string address = "127.0.0.1:{port}";
  std::string port;
  if (running->scene.listening != Listening::no) {
    auto server = Server::start(running->scene, options.port);
    if (!server) return tl::unexpected<base::Error>(server.error());
    running->server = std::move(*server);
    port = std::to_string(running->server->port());
  }
  for (std::string word : running->scene.words) {
    replace_all(word, "{address}", address);
    replace_all(word, "{port}", port);
    running->arguments.push_back(std::move(word));
  }
  return std::unique_ptr<Running>(std::move(running));
}

}  // namespace whytls::lab
