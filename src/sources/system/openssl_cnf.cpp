// SPDX-License-Identifier: Apache-2.0
#include "sources/system/openssl_cnf.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace whytls::system {
namespace {

constexpr std::size_t max_depth = 8, max_values = 5000, max_sections = 1000, max_value = 65536, max_problems = 50;
constexpr std::size_t max_total = std::size_t{8} << 20U;  // bytes of all values after expansion

bool word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!.%&*+,/;?@^~|-_").find(c) != std::string_view::npos;
}
bool quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/// The line without its comment: "#" starts one anywhere but in quotes or behind a backslash.
std::string_view without_comment(std::string_view line) {
  char open = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (open != 0) {
      if (line[i] == open) open = 0;
    } else if (quote(line[i])) {
      open = line[i];
    } else if (line[i] == '#') {
      return line.substr(0, i);
    }
  }
  return line;
}

class CnfReader {
 public:
  CnfReader(Cnf& out, const Environment* environment) : out_(out), environment_(environment) {
    if (environment_ != nullptr) include_folder_ = environment_->get("OPENSSL_CONF_INCLUDE");
    section_ = add_section("default");
  }

  void file(const std::string& path, std::size_t depth) {
    const auto text = read_file(path);
    if (!text) return problem(text.error().text());
    out_.files.push_back(path);
    read(*text, path, depth);
  }

  void read(std::string_view text, const std::string& name, std::size_t depth) {
    const std::string outer = std::exchange(file_, name);
    const std::vector<std::string_view> lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      line_ = i + 1;
      text_ = std::string(base::trim(lines[i]));
      std::string joined;
      // A backslash at the end of a line goes on with the next one, after comments are cut: config(5).
      for (;; ++i) {
        const std::string_view piece = without_comment(lines[i]);
        if (i + 1 >= lines.size() || piece.empty() || piece.back() != '\\' || (piece.size() > 1 && piece[piece.size() - 2] == '\\')) {
          joined += piece;
          break;
        }
        joined += piece.substr(0, piece.size() - 1);
        if (joined.size() > max_value) break;
      }
      statement(base::trim(joined), depth);
    }
    file_ = outer;
  }

 private:
  std::size_t add_section(std::string_view name) {
    for (std::size_t i = 0; i < out_.sections.size(); ++i) {
      if (out_.sections[i].name == name) return i;
    }
    if (out_.sections.size() < max_sections) out_.sections.push_back({std::string(name), {}});
    return out_.sections.size() - 1;
  }

  void problem(std::string text) {
    if (out_.problems.size() < max_problems) out_.problems.push_back(std::move(text));
  }
  void problem_here(std::string_view what) { problem(fmt::format("{}:{}: {}", file_, line_, what)); }

  void statement(std::string_view text, std::size_t depth) {
    if (text.empty()) return;
    if (text.front() == '[') {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos) return problem_here("a section name without its closing bracket");
      section_ = add_section(base::trim(text.substr(1, end - 1)));
      return;
    }
    std::size_t end = 0;
    while (end < text.size() && (word_char(text[end]) || text[end] == ':' || text[end] == '\\')) ++end;
    const std::string_view name = text.substr(0, end);
    std::string_view rest = base::trim(text.substr(end));
    if (name == ".include" || name == ".pragma") {
      if (!rest.empty() && rest.front() == '=') rest = base::trim(rest.substr(1));
      return name == ".include" ? include(expand(rest), depth) : pragma(rest);
    }
    if (name.empty() || rest.empty() || rest.front() != '=') return problem_here("no \"name = value\"");
    assign(name, expand(base::trim(rest.substr(1))));
  }

  /// "section::name" assigns in another section.
  void assign(std::string_view name, std::string value) {
    const std::size_t colons = name.find("::");
    const std::size_t where = colons == std::string_view::npos ? section_ : add_section(name.substr(0, colons));
    if (colons != std::string_view::npos) name.remove_prefix(colons + 2);
    total_ += value.size();
    if (++values_ > max_values || total_ > max_total) return;
    std::vector<CnfValue>& values = out_.sections[where].values;
    const auto same = std::find_if(values.begin(), values.end(), [&](const CnfValue& v) { return v.name == name; });
    if (same != values.end()) values.erase(same);
    values.push_back({std::string(name), std::move(value), file_, line_, text_});
  }

  void pragma(std::string_view text) {
    const std::size_t colon = text.find_first_of(":=");
    if (colon != std::string_view::npos && base::trim(text.substr(0, colon)) == "includedir" && include_folder_.empty()) {
      include_folder_ = std::string(base::trim(text.substr(colon + 1)));
    }
  }

  void include(std::string path, std::size_t depth) {
    if (environment_ == nullptr) return;
    if (depth >= max_depth || out_.files.size() > 200) return problem_here("includes are nested too deeply");
    if (!path.empty() && path.front() != '/' && !include_folder_.empty()) path = include_folder_ + "/" + path;
    std::error_code error;
    const std::size_t line = line_;
    if (!std::filesystem::is_directory(path, error)) {
      file(path, depth + 1);
    } else {
      for (const std::string& entry : files_in(path)) {
        const std::string extension = std::filesystem::path(entry).extension().string();
        if (base::equals_nocase(extension, ".cnf") || base::equals_nocase(extension, ".conf")) file(entry, depth + 1);
      }
    }
    line_ = line;
  }

  /// Quotes, backslashes and variables: config(5).
  std::string expand(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size() && out.size() < max_value; ++i) {
      if (quote(raw[i])) {
        const char open = raw[i++];
        for (; i < raw.size() && raw[i] != open; ++i) {
          if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
          out += raw[i];
        }
      } else if (raw[i] == '\\' && i + 1 < raw.size()) {
        const char c = raw[++i];
        out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'b' ? '\b' : c;
      } else if (raw[i] == '$') {
        out += variable(raw, i);
      } else {
        out += raw[i];
      }
    }
    if (out.size() > max_value) out.resize(max_value);
    return out;
  }

  /// "$name", "${name}" or "$(name)", perhaps with "section::"; leaves `at` on its last character.
  std::string variable(std::string_view raw, std::size_t& at) {
    std::size_t begin = at + 1;
    const char open = begin < raw.size() ? raw[begin] : '\0';
    const char close = open == '{' ? '}' : open == '(' ? ')' : '\0';
    if (close != '\0') ++begin;
    std::size_t end = begin;
    while (end < raw.size() && (close != '\0' ? raw[end] != close : variable_char(raw, end))) ++end;
    const std::string_view name = raw.substr(std::min(begin, raw.size()), end - begin);
    at = std::min(close != '\0' ? end : end - 1, raw.size() - 1);
    const std::size_t colons = name.find("::");
    if (colons != std::string_view::npos) return look_up(name.substr(0, colons), name.substr(colons + 2));
    return look_up(out_.sections[section_].name, name);
  }
  static bool variable_char(std::string_view raw, std::size_t i) {
    return (word_char(raw[i]) && std::string_view("!.%&*+,/;?@^~|-").find(raw[i]) == std::string_view::npos) ||
           (raw[i] == ':' && ((i + 1 < raw.size() && raw[i + 1] == ':') || (i > 0 && raw[i - 1] == ':')));
  }

  std::string look_up(std::string_view section, std::string_view name) {
    if (section == "ENV") return environment_ != nullptr ? environment_->get(name) : std::string();
    const CnfValue* found = out_.value(section, name);
    if (found == nullptr) found = out_.value("default", name);
    if (found != nullptr) return found->value;
    problem_here(fmt::format("the variable ${} has no value", base::printable(name, 64)));
    return {};
  }

  Cnf& out_;
  const Environment* environment_;
  std::string include_folder_;
  std::string file_, text_;
  std::size_t line_ = 0, section_ = 0, values_ = 0, total_ = 0;
};

}  // namespace

const CnfSection* Cnf::section(std::string_view name) const {
  for (const CnfSection& one : sections) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const CnfValue* Cnf::value(std::string_view where, std::string_view name) const {
  const CnfSection* found = section(where);
  if (found == nullptr) return nullptr;
  for (const CnfValue& one : found->values) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

Cnf read_cnf(const std::string& path, const Environment& environment) {
  Cnf out;
  CnfReader(out, &environment).file(path, 0);
  return out;
}

Cnf parse_cnf(std::string_view text, const std::string& name, const Environment* environment) {
  Cnf out;
  CnfReader(out, environment).read(text, name, 0);
  return out;
}

std::vector<CnfValue> system_default(const Cnf& cnf) {
  // CONF_modules_load: "openssl_conf" of the default section names the list of modules; a module's name may carry ".suffix".
  const CnfValue* modules = cnf.value("default", "openssl_conf");
  const CnfSection* list = modules == nullptr ? nullptr : cnf.section(modules->value);
  if (list == nullptr) return {};
  const CnfSection* ssl = nullptr;
  for (const CnfValue& module : list->values) {
    if (module.name == "ssl_conf" || module.name.rfind("ssl_conf.", 0) == 0) ssl = cnf.section(module.value);
  }
  const CnfValue* name = ssl == nullptr ? nullptr : cnf.value(ssl->name, "system_default");
  const CnfSection* commands = name == nullptr ? nullptr : cnf.section(name->value);
  if (commands == nullptr) return {};
  std::vector<CnfValue> out = commands->values;
  // ssl_mcnf.c: what stands before a dot only lets a command come twice.
  for (CnfValue& command : out) {
    const std::size_t dot = command.name.find('.');
    if (dot != std::string::npos) command.name.erase(0, dot + 1);
  }
  return out;
}

}  // namespace whytls::system
