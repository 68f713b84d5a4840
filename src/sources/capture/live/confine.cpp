// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "base/text.h"
#include "sources/capture/live/live.h"

namespace whytls::sources::capture {
namespace {

auto failed(const std::string& what, int error) {
  std::array<char, 128> buffer{};
  return base::fail(base::Fault::environment, what + ": " + strerror_r(error, buffer.data(), buffer.size()), "giving up privileges", error);
}

std::optional<std::uint64_t> from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value ? base::number(value, 0xfffffffe) : std::nullopt;
}

struct Somebody {
  uid_t user = 65534;
  gid_t group = 65534;
};

/// Who ran sudo; else nobody.
Somebody somebody() {
  const auto user = from_environment("SUDO_UID"), group = from_environment("SUDO_GID");
  if (user && group && *user != 0) return {static_cast<uid_t>(*user), static_cast<gid_t>(*group)};
  const passwd* nobody = getpwnam("nobody");  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  return nobody ? Somebody{nobody->pw_uid, nobody->pw_gid} : Somebody{};
}

base::Result<void> become_somebody() {
  if (geteuid() != 0) return {};
  const Somebody who = somebody();
  if (setgroups(0, nullptr) != 0) return failed("the groups", errno);
  if (setresgid(who.group, who.group, who.group) != 0) return failed("the group", errno);
  if (setresuid(who.user, who.user, who.user) != 0) return failed("the user", errno);
  if (setuid(0) == 0) return base::fail(base::Fault::environment, "the user root could be had back", "giving up privileges");
  return {};
}

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

bool allow(const Filter& filter, std::initializer_list<int> calls) {
  for (const int call : calls)
    if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) return false;
  return true;
}

base::Result<void> confine(const Confinement& how) {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return base::fail(base::Fault::environment, "seccomp is not there", "giving up privileges");
  bool done = allow(filter, {SCMP_SYS(read),
                             SCMP_SYS(readv),
                             SCMP_SYS(write),
                             SCMP_SYS(writev),
                             SCMP_SYS(lseek),
                             SCMP_SYS(close),
                             SCMP_SYS(fstat),
                             SCMP_SYS(newfstatat),
                             SCMP_SYS(poll),
                             SCMP_SYS(ppoll),
                             SCMP_SYS(epoll_wait),
                             SCMP_SYS(clock_gettime),
                             SCMP_SYS(clock_nanosleep),
                             SCMP_SYS(nanosleep),
                             SCMP_SYS(gettimeofday),
                             SCMP_SYS(brk),
                             SCMP_SYS(mmap),
                             SCMP_SYS(munmap),
                             SCMP_SYS(mremap),
                             SCMP_SYS(mprotect),
                             SCMP_SYS(madvise),
                             SCMP_SYS(futex),
                             SCMP_SYS(getrandom),
                             SCMP_SYS(rt_sigreturn),
                             SCMP_SYS(rt_sigprocmask),
                             SCMP_SYS(rt_sigaction),
                             SCMP_SYS(restart_syscall),
                             SCMP_SYS(exit),
                             SCMP_SYS(exit_group),
                             SCMP_SYS(getpid),
                             SCMP_SYS(gettid),
                             SCMP_SYS(tgkill),
                             SCMP_SYS(getsockopt),
                             SCMP_SYS(recvfrom),
                             SCMP_SYS(ioctl)});
  if (how.may_accept)
    done = done && allow(filter, {SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(setsockopt),
                                  SCMP_SYS(getsockname), SCMP_SYS(sendto), SCMP_SYS(shutdown), SCMP_SYS(fcntl)});
  if (how.may_write_files)
    done = done && allow(filter, {SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(rename), SCMP_SYS(renameat2), SCMP_SYS(unlink),
                                  SCMP_SYS(unlinkat), SCMP_SYS(fchmod), SCMP_SYS(umask), SCMP_SYS(fsync), SCMP_SYS(ftruncate)});
  if (!done) return base::fail(base::Fault::environment, "a rule of seccomp cannot be made", "giving up privileges");
  const int error = seccomp_load(filter.get());
  if (error != 0) return failed("seccomp", -error);
  return {};
}

}  // namespace

base::Result<void> give_up_privileges(const Confinement& how) {
  if (auto done = become_somebody(); !done) return done;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs", errno);
  return confine(how);
}

}  // namespace whytls::sources::capture
