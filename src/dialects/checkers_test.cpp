// SPDX-License-Identifier: Apache-2.0
// What a dialect spells is accepted by the checker of the very software, where that is installed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "dialects/dialect.h"

namespace whytls::dialects {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = -1;
  std::string output;
};

Ran run(const std::string& command) {
  Ran out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return out;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, count);
  out.status = pclose(pipe);
  return out;
}

bool installed(const std::string& program) { return run("command -v " + program).status == 0; }

/// A folder with a certificate and key under every name that the spellings use.
class Checker : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = (fs::temp_directory_path() / "whytls-dialects-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    const std::string files = folder_ + "/";
    ASSERT_EQ(run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=www.example.com -keyout " + files + "key.pem -out " +
                  files + "fullchain.pem")
                  .status,
              0);
    for (const char* name : {"www.example.com", "rsa", "ecdsa"}) {
      const bool ec = std::string(name) == "ecdsa";
      const std::string made = std::string("openssl req -x509 -newkey ") + (ec ? "ec -pkeyopt ec_paramgen_curve:P-256" : "rsa:2048") +
                               " -nodes -days 30 -subj /CN=www.example.com -keyout " + files + name + ".key -out " + files + name + ".pem";
      ASSERT_EQ(run(made).status, 0);
    }
    ASSERT_EQ(run("cd " + files +
                  " && cat fullchain.pem key.pem > site.pem && cp fullchain.pem client-ca.pem && cp fullchain.pem issuers.pem && mkdir "
                  "certs && cp site.pem certs/")
                  .status,
              0);
    // A well-known group (RFC 7919) saves the search for a prime.
    for (const char* name : {"dhparam.pem", "dh.pem", "dh2048.pem"})
      ASSERT_EQ(run("openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 | openssl pkeyparam -out " + files + name).status, 0);
  }
  static void TearDownTestSuite() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// The spelling with the folder of the software replaced by ours.
  std::string placed(std::string text, const std::string& of) const {
    for (std::size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + folder_.size()))
      text.replace(at, of.size(), folder_ + "/");
    return text;
  }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }

  static std::string folder_;
};
std::string Checker::folder_;

/// The first word of the first line that is no remark.
std::string first_word(const std::string& text) {
  for (const std::string& line : base::split(text, "\n"))
    if (!line.starts_with("#")) return line.substr(0, line.find(' '));
  return {};
}

/// Every spelling of a dialect, but commands for a shell.
std::vector<std::pair<std::string, std::string>> directives(std::string_view name, const Evidence& evidence) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Spelling& spelling : dialect(name)->spellings) {
    const auto text = snippet(*dialect(name), spelling.remedy, evidence);
    const std::string first = text ? first_word(*text) : "";
    bool command = first.empty();
    for (const char* program : {"nginx", "apachectl", "haproxy", "systemctl", "cat", "doveadm", "doveconf", "postfix", "postconf"})
      command |= first == program;
    if (!command) out.emplace_back(remedy::info(spelling.remedy).name, *text);
  }
  return out;
}

std::vector<Evidence> situations() {
  std::vector<Evidence> out(2);
  for (const char* line : {"port = 8443", "host = www.example.com", "offered_versions = tls1.3",
                           "offered_suites = TLS_CHACHA20_POLY1305_SHA256", "offered_groups = X25519MLKEM768, secp384r1, x25519",
                           "server_key = ec-secp256r1", "offered_signature_algorithms = rsa_pkcs1_sha1, ecdsa_secp384r1_sha384"})
    out[1].add(*evidence::parse_fact(line));
  return out;
}

TEST_F(Checker, OfNginxAcceptsTheDirectives) {
  if (!installed("nginx")) GTEST_SKIP() << "nginx is not installed";
  for (const Evidence& evidence : situations()) {
    for (const auto& [remedy, text] : directives("nginx", evidence)) {
      const std::string own = placed(text, "/etc/nginx/");
      const bool whole = own.starts_with("server {");
      std::string server = whole ? own : "server {\n";
      if (!whole && own.find("listen") == std::string::npos) server += "listen 127.0.0.1:8443 ssl;\n";
      if (!whole) server += own + "\n";
      if (!whole && own.find("ssl_certificate ") == std::string::npos) server += "ssl_certificate /etc/nginx/fullchain.pem;\n";
      if (!whole && own.find("ssl_certificate_key ") == std::string::npos) server += "ssl_certificate_key /etc/nginx/key.pem;\n";
      if (remedy == "make_client_certificate_optional") server += "ssl_client_certificate /etc/nginx/client-ca.pem;\n";
      if (!whole) server += "}\n";
      const std::string file = write("nginx.conf", "pid " + folder_ + "/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" +
                                                       placed(server, "/etc/nginx/") + "}\n");
      const Ran ran = run("nginx -t -q -c " + file);
      EXPECT_EQ(ran.status, 0) << remedy << "\n" << server << "\n" << ran.output;
    }
  }
}

TEST_F(Checker, OfApacheAcceptsTheDirectives) {
  const std::string modules = "/usr/lib/apache2/modules";
  if (!installed("apache2") || !fs::exists(modules)) GTEST_SKIP() << "apache2 is not installed";
  std::string head = "ServerRoot " + folder_ + "\nServerName localhost\nPidFile " + folder_ + "/pid\nErrorLog " + folder_ + "/error.log\n";
  for (const char* module : {"mpm_event", "authz_core", "socache_shmcb", "ssl", "http2", "remoteip"})
    head += std::string("LoadModule ") + module + "_module " + modules + "/mod_" + module + ".so\n";
  for (const Evidence& evidence : situations()) {
    for (const auto& [remedy, text] : directives("apache", evidence)) {
      std::string own = placed(text, "/etc/apache2/");
      // What the spelling says itself stands outside of the virtual host.
      std::string outside;
      if (const std::size_t at = own.find("# outside of"); at != std::string::npos) {
        outside = own.substr(own.find('\n', at) + 1) + "\n";
        own.resize(at);
      }
      const bool whole = own.find("<VirtualHost") != std::string::npos;
      std::string host = whole ? own : "<VirtualHost *:8443>\nSSLEngine on\n" + own + "\n";
      if (host.find("SSLCertificateFile") == std::string::npos) {
        const std::string pair = "SSLCertificateFile " + folder_ + "/fullchain.pem\nSSLCertificateKeyFile " + folder_ + "/key.pem\n";
        const std::size_t end = host.find("</VirtualHost>");
        host.insert(end == std::string::npos ? host.size() : end, pair);
      }
      if (!whole) host += "</VirtualHost>\n";
      const std::string listen = host.find("Listen ") == std::string::npos ? "Listen 127.0.0.1:8443\n" : "";
      const std::string file = write("apache.conf", head + listen + outside + host + "\n");
      const Ran ran = run("apache2 -t -f " + file);
      EXPECT_EQ(ran.status, 0) << remedy << "\n" << host << "\n" << ran.output;
    }
  }
}

TEST_F(Checker, OfHaproxyAcceptsTheDirectives) {
  if (!installed("haproxy")) GTEST_SKIP() << "haproxy is not installed";
  for (const Evidence& evidence : situations()) {
    for (const auto& [remedy, text] : directives("haproxy", evidence)) {
      if (text.find("2.8 and later") != std::string::npos || text.find(".pem.rsa") != std::string::npos) continue;
      std::string global;
      std::string bind;
      for (const std::string& line : base::split(placed(text, "/etc/haproxy/"), "\n"))
        (line.starts_with("bind ") ? bind : global) += "  " + line + "\n";
      if (bind.empty()) bind = "  bind :8443 ssl crt " + folder_ + "/site.pem\n";
      const std::string file = write(
          "haproxy.cfg", "global\n" + global +
                             "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend f\n" + bind);
      const Ran ran = run("haproxy -c -q -f " + file);
      EXPECT_EQ(ran.status, 0) << remedy << "\n" << global << bind << ran.output;
    }
  }
}

TEST_F(Checker, OfDovecotKnowsTheSettings) {
  if (!installed("doveconf")) GTEST_SKIP() << "dovecot is not installed";
  for (const Evidence& evidence : situations()) {
    for (const auto& [remedy, text] : directives("dovecot", evidence)) {
      if (remedy == "send_proxy_protocol") continue;  // stands inside a listener
      const std::string file = write("dovecot.conf", placed(text, "/etc/dovecot/") + "\n");
      const Ran ran = run("doveconf -n -c " + file);
      EXPECT_EQ(ran.status, 0) << remedy << "\n" << text << "\n" << ran.output;
      EXPECT_EQ(ran.output.find("Unknown setting"), std::string::npos) << remedy << "\n" << ran.output;
    }
  }
}

TEST_F(Checker, OfGnutlsAcceptsThePriorities) {
  if (!installed("gnutls-cli")) GTEST_SKIP() << "gnutls-cli is not installed";
  std::size_t tried = 0;
  for (const Evidence& evidence : situations()) {
    for (const char* name : {"gnutls", "openldap"}) {
      for (const auto& [remedy, text] : directives(name, evidence)) {
        const std::size_t at = text.find("NORMAL");
        if (at == std::string::npos) continue;
        const std::string priority = text.substr(at, text.find_first_of("'\n", at) - at);
        const Ran ran = run("gnutls-cli -l --priority '" + priority + "'");
        EXPECT_EQ(ran.status, 0) << remedy << ": " << priority << "\n" << ran.output;
        ++tried;
      }
    }
  }
  EXPECT_GE(tried, 15U);
}

TEST_F(Checker, OfPostfixKnowsTheParameters) {
  if (!installed("postconf")) GTEST_SKIP() << "postfix is not installed";
  const std::string known = "\n" + run("postconf -d").output;
  for (const Evidence& evidence : situations()) {
    for (const auto& [remedy, text] : directives("postfix", evidence)) {
      if (remedy == "serve_tls") continue;  // master.cf
      for (const std::string& line : base::split(text, "\n")) {
        if (line.starts_with("#")) continue;
        const std::string name = line.substr(0, line.find(' '));
        EXPECT_NE(known.find("\n" + name + " ="), std::string::npos) << remedy << ": " << name;
        EXPECT_EQ(line.find('#'), std::string::npos) << "Postfix has no remarks behind a value: " << line;
      }
    }
  }
}

}  // namespace
}  // namespace whytls::dialects
