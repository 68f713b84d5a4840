// SPDX-License-Identifier: Apache-2.0
// For tests only: real servers on loopback, started and stopped by the test, and plain streams to them.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/signature.h"
#include "net/stream.h"
#include "sources/probe/client.h"

namespace whytls::probe::testing {

inline std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// A child process with its output on a pipe; ended by its id with the object.
class Child {
 public:
  explicit Child(const std::vector<std::string>& words) {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
    std::vector<char*> argv;
    std::vector<std::string> copies = words;
    for (std::string& word : copies) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::dup2(out[1], 2);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(input_);
    ::close(output_);
    if (drain_.joinable()) drain_.join();
  }
  /// Output up to and with a line that has `word`; empty when it ends before.
  std::string wait_for(std::string_view word) {
    std::string text;
    std::array<char, 512> buffer{};
    for (;;) {
      pollfd one{output_, POLLIN, 0};
      if (::poll(&one, 1, 10000) <= 0) return {};
      const ssize_t got = ::read(output_, buffer.data(), buffer.size());
      if (got <= 0) return {};
      text.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t at = text.find(word);
      if (at != std::string::npos && text.find('\n', at) != std::string::npos) return text.substr(at);
    }
  }
  /// Lets it write as much as it likes from now on.
  void drain() {
    drain_ = std::thread([fd = output_] {
      std::array<char, 4096> buffer{};
      while (::read(fd, buffer.data(), buffer.size()) > 0) {}
    });
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  std::thread drain_;
};

inline int run(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += "'" + word + "' ";
  return std::system((line + ">/dev/null 2>&1").c_str());  // NOLINT(concurrency-mt-unsafe)
}

/// Keys and self-signed certificates of each type, made once per test program in a folder of its own.
class Keys {
 public:
  static const Keys& get() {
    static const Keys keys;
    return keys;
  }
  std::string certificate(const std::string& type) const { return (folder_ / (type + ".pem")).string(); }
  std::string key(const std::string& type) const { return (folder_ / (type + ".key")).string(); }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  ClientIdentity identity(const std::string& type) const {
    ClientIdentity made;
    made.chain = {der(certificate(type))};
    const std::string pem = read(key(type));
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    made.key = crypto::Key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr), EVP_PKEY_free);
    BIO_free(bio);
    return made;
  }

 private:
  Keys() {
    std::string name = (std::filesystem::temp_directory_path() / "whytls-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    make("rsa", {"-newkey", "rsa:2048"});
    make("weak", {"-newkey", "rsa:1024"});
    make("pss", {"-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"});
    make("p256", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"});
    make("p384", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"});
    make("p521", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"});
    make("ed25519", {"-newkey", "ed25519"});
    make("ed448", {"-newkey", "ed448"});
    make("client", {"-newkey", "rsa:2048"});
  }
  void make(const std::string& type, const std::vector<std::string>& how) const {
    std::vector<std::string> words{"openssl", "req",     "-x509", "-nodes",         "-days", "30", "-subj", "/CN=" + type + ".example",
                                   "-keyout", key(type), "-out",  certificate(type)};
    words.insert(words.end(), how.begin(), how.end());
    if (run(words) != 0) fmt::print(stderr, "cannot make a key of type {}\n", type);
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static base::Bytes der(const std::string& path) {
    const std::string pem = read(path);
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    unsigned char* out = nullptr;
    const int size = i2d_X509(certificate, &out);
    base::Bytes bytes(out, out + std::max(size, 0));
    OPENSSL_free(out);
    X509_free(certificate);
    BIO_free(bio);
    return bytes;
  }
  std::filesystem::path folder_;
};

/// `openssl s_server` with the weakest policy, on a port of its own choosing.
class OpensslServer {
 public:
  explicit OpensslServer(const std::string& key, std::vector<std::string> more = {})
      : child_(words(key, std::move(more))), port_(port_of(child_.wait_for("ACCEPT"))) {
    child_.drain();
  }
  std::uint16_t port() const { return port_; }

 private:
  static std::vector<std::string> words(const std::string& key, std::vector<std::string> more) {
    std::vector<std::string> all{"openssl", "s_server",          "-accept", "127.0.0.1:0", "-cert", Keys::get().certificate(key),
                                 "-key",    Keys::get().key(key)};
    bool suites = false;
    for (std::string& one : more) {
      suites = suites || one == "-cipher";
      all.push_back(std::move(one));
    }
    if (!suites) all.insert(all.end(), {"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"});
    return all;
  }
  static std::uint16_t port_of(const std::string& line) {
    const std::size_t at = line.find("127.0.0.1:");
    return at == std::string::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(std::atoi(line.c_str() + at + 10));  // NOLINT
  }
  Child child_;
  std::uint16_t port_;
};

class GnutlsServer {
 public:
  GnutlsServer(const std::string& key, const std::string& priority, std::vector<std::string> more = {})
      : port_(free_port()), child_(words(port_, key, priority, std::move(more))) {
    child_.wait_for("listening on IPv4");
    child_.drain();
  }
  std::uint16_t port() const { return port_; }

 private:
  static std::vector<std::string> words(std::uint16_t port, const std::string& key, const std::string& priority,
                                        std::vector<std::string> more) {
    std::vector<std::string> all{"gnutls-serv",
                                 "--echo",
                                 "-p",
                                 std::to_string(port),
                                 "--priority",
                                 priority,
                                 "--x509certfile",
                                 Keys::get().certificate(key),
                                 "--x509keyfile",
                                 Keys::get().key(key)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::uint16_t port_;
  Child child_;
};

inline Transcript ask(std::uint16_t port, const Offer& offer, const HandshakeOptions& options = {}) {
  const net::Connected connected = net::connect({"127.0.0.1", port}, {}, net::Clock::now() + std::chrono::seconds(5), nullptr);
  if (!connected.stream) return {};
  return handshake(*connected.stream, offer, options);
}

}  // namespace whytls::probe::testing
