// SPDX-License-Identifier: Apache-2.0
// Where trust stores lie: by the variables that name them, in the places of the distributions, in each Java and each browser profile.
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "sources/system/java_options.h"
#include "sources/system/program.h"
#include "sources/system/trust_reading.h"

namespace whytls::system {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds patience{2000};
constexpr std::size_t most_of_a_kind = 12;

std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path out = fs::canonical(path, error);
  return error ? path : out.string();
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// The entries of a folder whose name begins so, sorted; folders and files.
std::vector<std::string> entries(const std::string& folder, std::string_view prefix = {}) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && out.size() < 200; at.increment(error))
    if (at->path().filename().string().starts_with(prefix)) out.push_back(at->path().string());
  std::sort(out.begin(), out.end());
  return out;
}

/// Gathers the readings; a store that was read under another name is not read again.
class Survey {
 public:
  Survey(const Wanted& wanted, const Environment& environment) : wanted_(wanted), environment_(environment) {}

  void openssl() {
    const char* info = OPENSSL_info(OPENSSL_INFO_CONFIG_DIR);
    const std::string base = environment_.well_known(info != nullptr ? info : "/usr/lib/ssl");
    const std::string file = environment_.get("SSL_CERT_FILE");
    const std::string folders = environment_.get("SSL_CERT_DIR");
    if (!file.empty())
      file_store("OpenSSL", file, "SSL_CERT_FILE");
    else if (exists(base + "/cert.pem"))
      file_store("OpenSSL", base + "/cert.pem", {});
    for (const std::string& folder : base::split(folders.empty() ? base + "/certs" : folders, ":")) {
      Reading& out = add("OpenSSL", folders.empty() ? "" : "SSL_CERT_DIR");
      read_hashed_folder(folder, wanted_, out);
      out.path = canonical(out.path);
    }
  }

  void system_bundle() {
    for (const std::string_view path :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
          "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/usr/local/share/certs/ca-root-nss.crt"})
      if (const std::string file = environment_.well_known(path); exists(file)) file_store("system bundle", file, {});
    for (const auto& [variable, who] :
         {std::pair{"CURL_CA_BUNDLE", "curl"}, {"REQUESTS_CA_BUNDLE", "Python's requests"}, {"GIT_SSL_CAINFO", "git"}})
      if (const std::string file = environment_.get(variable); !file.empty()) file_store(who, file, variable);
  }

  void modules() {
    for (const std::string_view base : {"/usr/lib", "/usr/lib64", "/usr/local/lib"}) {
      std::vector<std::string> folders{environment_.well_known(base)};
      for (const std::string& each : entries(folders.front())) folders.push_back(each);
      for (const std::string& folder : folders) {
        module("p11-kit", folder + "/pkcs11/p11-kit-trust.so");
        module("NSS, built in", folder + "/libnssckbi.so");
        module("NSS, built in", folder + "/nss/libnssckbi.so");
        // Newer ones have the list inside of their program.
        if (folder.find("firefox") != std::string::npos && exists(folder + "/libxul.so") && !exists(folder + "/libnssckbi.so")) {
          Reading& out = add("Firefox, built in", {});
          out.path = folder + "/libxul.so";
          out.problem = "its list is part of the program, and no library tells it";
        }
      }
    }
  }

  void java() {
    if (const auto path = java_option(environment_, "javax.net.ssl.trustStore"))
      java_store("Java", *path, {}, "-Djavax.net.ssl.trustStore");
    std::vector<std::string> homes;
    if (const auto home = java_home(environment_)) homes.push_back(*home);
    for (const std::string_view folder : {"/usr/lib/jvm", "/usr/java", "/opt/java"})
      for (const std::string& each : entries(environment_.well_known(folder))) homes.push_back(each);
    for (const std::string& each : entries(environment_.get("HOME") + "/.sdkman/candidates/java")) homes.push_back(each);
    for (const std::string& home : homes) {
      for (const char* folder : {"/lib/security", "/jre/lib/security"}) {
        for (const char* name : {"/jssecacerts", "/cacerts"}) {
          const std::string path = home + folder + name;
          const unsigned major = java_major(java_release(home));
          if (exists(path)) java_store(major == 0 ? "Java" : fmt::format("Java {}", major), path, home + folder + "/blocked.certs", {});
        }
      }
    }
  }

  void nss() {
    const std::string home = environment_.get("HOME");
    database("NSS", environment_.well_known("/etc/pki/nssdb"));
    if (home.empty()) return;
    database("NSS of the user (Chromium)", home + "/.pki/nssdb");
    for (const auto& [who, folder] : {std::pair{"Firefox", "/.mozilla/firefox"},
                                      {"Firefox (snap)", "/snap/firefox/common/.mozilla/firefox"},
                                      {"Firefox (flatpak)", "/.var/app/org.mozilla.firefox/.mozilla/firefox"},
                                      {"Thunderbird", "/.thunderbird"}})
      for (const std::string& profile : entries(home + folder)) database(who, profile);
  }

  void certifi_places() {
    std::vector<std::string> parents;
    for (const std::string_view base : {"/usr/lib", "/usr/local/lib"})
      for (const std::string& each : entries(environment_.well_known(base), "python3")) parents.push_back(each);
    for (const std::string& each : entries(environment_.get("HOME") + "/.local/lib", "python3")) parents.push_back(each);
    if (const std::string venv = environment_.get("VIRTUAL_ENV"); !venv.empty())
      for (const std::string& each : entries(venv + "/lib", "python3")) parents.push_back(each);
    for (const std::string& parent : parents)
      for (const char* inner : {"/certifi/cacert.pem", "/site-packages/certifi/cacert.pem", "/dist-packages/certifi/cacert.pem"})
        if (exists(parent + inner)) file_store("Python certifi", parent + inner, {});
  }

  void certifi(const std::string& answer) {
    const std::string path(base::trim(answer));
    if (path.starts_with('/') && exists(path)) file_store("Python certifi", path, {});
  }

  void node(const std::string& path, const base::Result<std::string>& answer) {
    Reading& out = add("Node.js, built in", {});
    out.path = path;
    if (answer)
      read_store_text(*answer, wanted_, out);
    else
      out.problem = answer.error().what;
  }

  void node_extra() {
    if (const std::string file = environment_.get("NODE_EXTRA_CA_CERTS"); !file.empty()) file_store("Node.js", file, "NODE_EXTRA_CA_CERTS");
  }

  std::vector<Reading> take() { return std::move(out_); }

 private:
  Reading& add(std::string who, std::string named_by) {
    out_.push_back({std::move(who), {}, std::move(named_by), {}, {}});
    return out_.back();
  }

  /// False where that store was read already, or there are too many of its kind.
  bool fresh(const std::string& who, const std::string& path, bool named) {
    const std::string real = canonical(path);
    const auto same = [&](const Reading& r) { return canonical(r.path) == real && (r.who == who || r.who.starts_with(who + " ")); };
    const auto kin = std::count_if(out_.begin(), out_.end(), [&](const Reading& r) { return r.who == who; });
    return named || (std::none_of(out_.begin(), out_.end(), same) && kin < static_cast<std::ptrdiff_t>(most_of_a_kind));
  }

  void file_store(const std::string& who, const std::string& path, const std::string& named_by) {
    if (!fresh(who, path, !named_by.empty())) return;
    Reading& out = add(who, named_by);
    read_store_file(path, wanted_, out);
  }

  void java_store(const std::string& who, const std::string& path, const std::string& blocked, const std::string& named_by) {
    if (fresh(who, path, !named_by.empty())) read_java_store(path, blocked, wanted_, add(who, named_by));
  }

  void module(const std::string& who, const std::string& path) {
    if (exists(path) && fresh(who, path, false)) read_pkcs11_module(path, wanted_, add(who, {}));
  }

  void database(const std::string& who, const std::string& folder) {
    if (!exists(folder + "/cert9.db") && !exists(folder + "/cert8.db")) return;
    if (fresh(who, folder, false)) read_nss_database(folder, wanted_, add(who, {}));
  }

  const Wanted& wanted_;
  const Environment& environment_;
  std::vector<Reading> out_;
};

}  // namespace

std::vector<Reading> read_stores(const Wanted& wanted, const Environment& environment, bool ask_programs) {
  const std::string node = ask_programs ? find_program(environment, "node") : "";
  const std::string python = ask_programs ? find_program(environment, "python3") : "";
  // They work while the files are read.
  std::unique_ptr<Program> asked_node, asked_python;
  if (!node.empty())
    asked_node =
        std::make_unique<Program>(node, std::vector<std::string>{"-e", "console.log(require('tls').rootCertificates.join('\\n'))"});
  if (!python.empty())
    asked_python = std::make_unique<Program>(python, std::vector<std::string>{"-c", "import certifi; print(certifi.where())"});
  Survey survey(wanted, environment);
  survey.openssl();
  survey.system_bundle();
  survey.modules();
  survey.java();
  survey.nss();
  if (asked_node != nullptr) survey.node(node, asked_node->output(patience, std::size_t{4} << 20U));
  survey.node_extra();
  survey.certifi_places();
  if (asked_python != nullptr)
    if (const auto where = asked_python->output(patience, 4096)) survey.certifi(*where);
  return survey.take();
}

std::vector<Reading> read_nss_databases(const Wanted& wanted, const Environment& environment) {
  Survey survey(wanted, environment);
  survey.nss();
  return survey.take();
}

}  // namespace whytls::system
