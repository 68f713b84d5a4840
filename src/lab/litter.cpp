// SPDX-License-Identifier: Apache-2.0
#include "lab/litter.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace whytls::lab {
namespace {

std::array<Litter, 8> all;

struct sigaction before_int {};
struct sigaction before_term {};
std::atomic<bool> warned{false};

void on_signal(int number) {
  const struct sigaction& before = number == SIGINT ? before_int : before_term;
  if (number == SIGHUP || warned.exchange(true)) remove_litter();
  if (number != SIGHUP && before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(number);
  remove_litter();
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  sigaction(number, &plain, nullptr);
  raise(number);
}

}  // namespace

Litter* Litter::claim(std::string_view folder) {
  for (Litter& each : all) {
    bool free = false;
    if (!each.used_.compare_exchange_strong(free, true)) continue;
    if (each.add(folder)) return &each;
    each.release();
    return nullptr;
  }
  return nullptr;
}

bool Litter::add(std::string_view path) {
  const std::size_t at = count_;
  if (at > most_files || path.size() >= longest) return false;
  char* const end = std::copy(path.begin(), path.end(), paths_[at]);
  *end = '\0';
  count_ = at + 1;  // only now does a handler see it
  return true;
}

void Litter::remove() const {
  for (std::size_t i = count_; i > 1; --i) ::unlink(paths_[i - 1]);
  if (count_ > 0) ::rmdir(paths_[0]);
}

void Litter::release() {
  count_ = 0;
  used_ = false;
}

void remove_litter() {
  for (const Litter& each : all) each.remove();
}

void remove_litter_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_int);
  sigaction(SIGTERM, &action, &before_term);
  sigaction(SIGHUP, &action, nullptr);
}

}  // namespace whytls::lab
