// SPDX-License-Identifier: Apache-2.0
// Asks another program of this machine something, and waits no longer than it was told to. No shell stands between.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "sources/system/environment.h"

namespace whytls::system {

/// Started at once; what it prints is gathered by output(). Ends the program where it still runs when the object goes.
class Program {
 public:
  /// `path`: absolute. It gets this process's environment, no input, and its errors go nowhere.
  Program(const std::string& path, const std::vector<std::string>& arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// What it printed, at most `most` bytes, once it has ended with status 0. Fault::environment says what went wrong, Fault::limit that it
  /// took too long or said too much.
  base::Result<std::string> output(std::chrono::milliseconds timeout, std::size_t most);

 private:
  void end();

  std::string path_;
  int pid_ = -1;
  int pipe_ = -1;
  int error_ = 0;
};

/// The program of that name in the environment's PATH; empty where there is none.
std::string find_program(const Environment& environment, std::string_view name);

}  // namespace whytls::system
