// SPDX-License-Identifier: Apache-2.0
#include "sources/system/java_options.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"

namespace whytls::system {
namespace {

namespace fs = std::filesystem;

std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path out = fs::canonical(path, error);
  return error ? path : out.string();
}

bool is_home(const std::string& folder) {
  return readable_file(folder + "/conf/security/java.security") || readable_file(folder + "/lib/security/java.security") ||
         readable_file(folder + "/jre/lib/security/java.security");
}

/// Words of an options variable; quotes keep blanks together.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  char open = 0;
  bool any = false;
  for (const char c : text) {
    if (open != 0 ? c == open : c == '"' || c == '\'') {
      open = open != 0 ? '\0' : c;
      any = true;
    } else if (open == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (any) out.push_back(word);
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (any) out.push_back(word);
  return out;
}

bool yes(const JavaProperties& properties, std::string_view name) {
  const JavaProperty* found = properties.find(name);
  return found != nullptr && base::equals_nocase(base::trim(found->value), "true");
}

class Loader {
 public:
  explicit Loader(JavaSecurity& out) : out_(out) {}

  void load(const std::string& path, int depth = 0) {
    const std::string file = canonical(path);
    const auto text = read_file(file);
    if (!text) {
      out_.problems.push_back(text.error().text());
      return;
    }
    out_.files.push_back(file);
    for (JavaProperty& one : parse_java_properties(*text, file).values) {
      // JDK 24: "include FILE" stands where that file's lines would.
      if (one.name == "include" && depth < 4 && out_.files.size() < 32) {
        const fs::path named(one.value);
        load(named.is_absolute() ? named.string() : (fs::path(file).parent_path() / named).string(), depth + 1);
      } else {
        out_.properties.values.push_back(std::move(one));
      }
    }
  }

 private:
  JavaSecurity& out_;
};

}  // namespace

std::optional<std::string> java_home(const Environment& environment) {
  const std::string given = environment.get("JAVA_HOME");
  if (!given.empty() && is_home(given)) return canonical(given);
  for (const std::string& folder : base::split(environment.get("PATH"), ":")) {
    std::error_code error;
    const fs::path program = fs::canonical(folder + "/java", error);
    if (error) continue;
    // …/bin/java, or …/jre/bin/java
    const std::string home = program.parent_path().parent_path().string();
    if (is_home(home)) return home;
  }
  return std::nullopt;
}

std::string java_release(const std::string& home) {
  for (const std::string& path : {home + "/release", home + "/../release"}) {
    const auto text = read_file(path);
    if (!text) continue;
    const JavaProperties properties = parse_java_properties(*text, path);
    const JavaProperty* version = properties.find("JAVA_VERSION");
    if (version == nullptr) continue;
    std::string out = version->value;
    std::erase(out, '"');
    return base::printable(out, 64);
  }
  return {};
}

unsigned java_major(const std::string& release) {
  std::vector<std::string> parts = base::split(release, "._+-");
  if (parts.size() > 1 && parts[0] == "1") parts.erase(parts.begin());  // "1.8.0_402"
  return parts.empty() ? 0 : static_cast<unsigned>(base::number(parts[0], 1000).value_or(0));
}

std::optional<std::string> java_option(const Environment& environment, std::string_view name) {
  std::optional<std::string> out;
  const std::string wanted = "-D" + std::string(name) + "=";
  for (const std::string_view variable : {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"}) {
    for (const std::string& word : words(environment.get(variable))) {
      if (word.rfind(wanted, 0) == 0) out = word.substr(wanted.size());
    }
  }
  return out;
}

JavaSecurity java_security(const std::string& home, const Environment& environment) {
  JavaSecurity out;
  Loader loader(out);
  std::string extra = java_option(environment, "java.security.properties").value_or("");
  // "==FILE" replaces the master file, "=FILE" adds to it.
  const bool replaces = !extra.empty() && extra.front() == '=';
  if (replaces) extra.erase(0, 1);
  if (extra.rfind("file:", 0) == 0) extra.erase(0, extra.rfind("file://", 0) == 0 ? 7 : 5);
  if (!replaces) {
    for (const std::string_view path : {"/conf/security/java.security", "/lib/security/java.security", "/jre/lib/security/java.security"}) {
      if (!readable_file(home + std::string(path))) continue;
      loader.load(home + std::string(path));
      break;
    }
    // Fedora and Red Hat: the policy of the whole system comes on top.
    const bool off = base::equals_nocase(java_option(environment, "java.security.disableSystemPropertiesFile").value_or(""), "true");
    const std::string policy = environment.well_known("/etc/crypto-policies/back-ends/java.config");
    if (!off && yes(out.properties, "security.useSystemPropertiesFile") && readable_file(policy)) loader.load(policy);
  }
  const JavaProperty* may = out.properties.find("security.overridePropertiesFile");
  const bool allowed = replaces || may == nullptr || !base::equals_nocase(base::trim(may->value), "false");
  if (!extra.empty() && allowed) loader.load(extra);
  return out;
}

}  // namespace whytls::system
