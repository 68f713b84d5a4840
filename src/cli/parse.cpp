// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "base/text.h"

namespace whytls::cli {
namespace {

using base::Fault;

/// A flag with the value that the command line gives it.
struct Given {
  Flag flag;
  std::string value;
  CLI::Option* option = nullptr;
};

std::string dashed(const Flag& flag) { return flag.name == "help-short" ? "-h" : "--" + std::string(flag.name); }

std::string cli_names(const Flag& flag) {
  if (flag.name == "help-short") return "-h";
  return flag.letter == 0 ? dashed(flag) : fmt::format("-{},{}", flag.letter, dashed(flag));
}

auto refuse(std::string what, std::string where = {}) { return base::fail(Fault::misuse, std::move(what), std::move(where)); }

base::Result<void> apply(const Flag& flag, const std::string& value, Options& options, const std::string& where) {
  auto done = flag.apply(options, value);
  if (done) return done;
  base::Error error = done.error();
  error.where = where;
  return tl::unexpected(std::move(error));
}

std::string unknown_option(const std::string& word, const std::vector<Flag>& flags) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  names.reserve(flags.size());
  for (const Flag& flag : flags) names.push_back(dashed(flag));
  const auto near = name.starts_with("--") ? base::nearest(name, names) : std::nullopt;
  return fmt::format("there is no option {}{}", base::printable(name, 60), near ? ": did you mean " + *near + "?" : "");
}

/// What CLI11 throws becomes an Error; its own words are kept only where ours would say less.
base::Result<std::vector<std::string>> scan(CLI::App& app, std::vector<std::string> arguments, const std::vector<Flag>& flags) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string words = mismatch.what();
    const std::string name = words.substr(0, words.find(':'));
    for (const Flag& flag : flags)
      if (dashed(flag) == name && !flag.value.empty()) return refuse(fmt::format("{} needs a value: {}", name, flag.value));
    return refuse(base::printable(words));
  } catch (const CLI::Error& error) {
    return refuse(base::printable(error.what()));
  }
  return app.remaining();
}

bool truthy(const std::string& text) {
  return text == "1" || base::equals_nocase(text, "yes") || base::equals_nocase(text, "true") || base::equals_nocase(text, "on");
}
bool falsy(const std::string& text) {
  return text.empty() || text == "0" || base::equals_nocase(text, "no") || base::equals_nocase(text, "false") ||
         base::equals_nocase(text, "off");
}

/// A value from outside of the command line: switches are on or off there.
base::Result<void> apply_setting(const Flag& flag, const std::string& value, Options& options, const std::string& where) {
  if (!flag.value.empty()) return value.empty() ? base::Result<void>{} : apply(flag, value, options, where);
  if (falsy(value)) return {};
  if (!truthy(value)) return refuse("expected yes or no", where);
  return apply(flag, "yes", options, where);
}

struct Setting {
  std::string name, value, where;
};

/// "name = value" lines; "#" begins a comment at a line's start. What a command does not take is no fault: another may.
base::Result<std::vector<Setting>> read_settings(const Surroundings::File& file) {
  std::vector<Setting> out;
  std::size_t number = 0;
  for (std::size_t at = 0; at < file.text.size();) {
    const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
    const std::string_view line = base::trim(std::string_view(file.text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::string where = fmt::format("{}:{}", file.path, number);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return refuse("expected NAME = VALUE", where);
    out.push_back({std::string(base::trim(line.substr(0, equals))), std::string(base::trim(line.substr(equals + 1))), where});
  }
  return out;
}

/// The setting of a flag that the command line does not give: environment first, then the files in their order.
base::Result<std::optional<Setting>> setting_of(const Flag& flag, const Surroundings& around) {
  for (const auto& [name, value] : around.environment)
    if (name == environment_name(flag)) return std::optional<Setting>({std::string(flag.name), value, name});
  for (const Surroundings::File& file : around.files) {
    auto settings = read_settings(file);
    if (!settings) return tl::unexpected(settings.error());
    for (const Setting& setting : *settings) {
      if (setting.name != flag.name) continue;
      if (file.project && !flag.project)
        return refuse(dashed(flag) + " cannot be set by a file in the working folder, which somebody else may have written", setting.where);
      return std::optional<Setting>(setting);
    }
  }
  return std::optional<Setting>();
}

base::Result<void> apply_all(std::deque<Given>& given, const Surroundings& around, Options& options) {
  for (Given& each : given) {
    if (each.option->count() > 0) {
      auto done = apply(each.flag, each.flag.value.empty() ? "yes" : each.value, options, dashed(each.flag));
      if (!done) return done;
      continue;
    }
    if (!each.flag.settable) continue;
    const auto setting = setting_of(each.flag, around);
    if (!setting) return tl::unexpected(setting.error());
    if (!*setting) continue;
    auto done = apply_setting(each.flag, (*setting)->value, options, (*setting)->where);
    if (!done) return done;
  }
  return {};
}

/// Every option that any command takes with a value, so that the value is not mistaken for the command.
bool takes_value(const std::string& word) {
  const auto is = [&](const Flag& flag) {
    return !flag.value.empty() && (dashed(flag) == word || (flag.letter != 0 && word == fmt::format("-{}", flag.letter)));
  };
  for (const Command* each : commands::all) {
    const auto flags = flags_of(*each);
    if (std::any_of(flags.begin(), flags.end(), is)) return true;
  }
  return false;
}

}  // namespace

const Command* take_command(std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") break;
    if (word.size() > 1 && word.front() == '-') {
      if (takes_value(word)) ++i;
      continue;
    }
    const Command* named = command(word);
    if (!named) break;
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
    return named;
  }
  return command("diagnose");
}

base::Result<Invocation> parse(std::vector<std::string> arguments, const Surroundings& around) {
  Invocation out;
  out.command = take_command(arguments);
  const std::vector<Flag> flags = flags_of(*out.command);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::deque<Given> given;  // CLI11 keeps references
  for (const Flag& flag : flags) {
    Given& each = given.emplace_back(Given{flag, {}, nullptr});
    each.option = flag.value.empty() ? app.add_flag(cli_names(flag)) : app.add_option(cli_names(flag), each.value)->take_last();
  }
  app.add_option("words", out.options.words);
  const auto left = scan(app, std::move(arguments), flags);
  if (!left) return tl::unexpected(left.error());
  for (const std::string& word : *left) return refuse(unknown_option(word, flags));
  auto done = apply_all(given, around, out.options);
  if (!done) return tl::unexpected(done.error());
  if (out.options.short_help || out.options.long_help || out.options.version) return out;
  done = settle(out.options);
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace whytls::cli
