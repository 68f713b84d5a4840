// SPDX-License-Identifier: Apache-2.0
// A c-ares channel in blocking calls with deadlines. For .cpp files of this module only.
#pragma once

#include <ares.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "net/dial.h"

namespace whytls::net {

class DnsChannel {
 public:
  /// `flags`: ARES_FLAG_…; `lookups`: as ares_options has them, "f" files, "b" servers.
  DnsChannel(const ResolveOptions& options, int flags, std::string lookups);
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  int status() const { return status_; }  ///< other than ARES_SUCCESS: it cannot be used
  ares_channel get() const { return channel_; }
  /// Lets c-ares work until its callbacks have set `done`; then ARES_SUCCESS, else ARES_ETIMEOUT or ARES_ECANCELLED, and every question
  /// that is open has been called off.
  int serve_until(const bool& done, Deadline deadline, const CancelFlag* cancel);
  std::vector<sockaddr_storage> servers() const;

 private:
  void serve(std::chrono::milliseconds longest);

  ares_channel channel_ = nullptr;
  int status_ = ARES_SUCCESS;
};

}  // namespace whytls::net
