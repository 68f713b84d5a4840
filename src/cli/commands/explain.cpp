// SPDX-License-Identifier: Apache-2.0
// whytls explain TEXT|-: what a message of any library or program means. whytls explain CAUSE-ID: the page of a cause, offline.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "cli/explain/input.h"
#include "cli/explain/log.h"
#include "cli/explain/message.h"
#include "cli/output.h"
#include "cli/page.h"
#include "diagnosis/cause.h"
#include "report/document.h"
#include "report/layout.h"

namespace whytls::cli::commands {
namespace {

using diagnosis::Cause;

std::vector<const Cause*> sorted() {
  std::vector<const Cause*> out(diagnosis::causes.begin(), diagnosis::causes.end());
  std::sort(out.begin(), out.end(), [](const Cause* a, const Cause* b) { return a->id < b->id; });
  return out;
}

report::Json entry(const Cause& cause) {
  return {{"cause", cause.id},    {"confidence", "certain"}, {"side", remedy::side_name(cause.side)},
          {"title", cause.title}, {"spec", cause.spec},      {"page", diagnosis::page(cause.id)}};
}

std::string as_json(const std::vector<const Cause*>& causes, const std::string& format) {
  report::Json list = report::Json::array();
  for (const Cause* cause : causes) list.push_back(entry(*cause));
  const report::Json out{{"schema", "whytls.explain/1"},
                         {"causes", list},
                         {"matches", report::Json::array()},
                         {"host", nullptr},
                         {"port", nullptr},
                         {"next", nullptr}};
  return report::to_text(out, format == "json" ? 2 : -1) + "\n";
}

std::string as_list(const std::vector<const Cause*>& causes, const report::Style& style) {
  report::Sheet sheet(style);
  std::string_view area;
  for (const Cause* cause : causes) {
    const std::string_view own = cause->id.substr(0, cause->id.find('.'));
    if (own != area) {
      sheet.blank();
      sheet.verbatim(0, own, report::Tone::strong);
    }
    area = own;
    sheet.verbatim(2, cause->id);
    sheet.paragraph(6, cause->title, report::Tone::dim);
  }
  return sheet.take();
}

Exit print(const Output& output, const std::string& text) {
  const auto written = write_result(output, text);
  if (written) return Exit::ok;
  complain(written.error().text());
  return Exit::broken;
}

/// What an id looks like: one word with a dot in lower case, and an area that there is.
bool like_an_id(const std::string& text) {
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string::npos) return false;
  const std::string area = text.substr(0, text.find('.') + 1);
  return !area.empty() &&
         std::any_of(diagnosis::causes.begin(), diagnosis::causes.end(), [&](const Cause* c) { return c->id.starts_with(area); });
}

/// A misspelt id; nothing where it is none.
std::optional<Exit> misspelt(const std::string& text) {
  std::vector<std::string> ids;
  for (const Cause* cause : sorted()) ids.emplace_back(cause->id);
  const auto near = base::nearest(text, ids);
  if (!like_an_id(text) && !near) return std::nullopt;
  complain(
      fmt::format("there is no cause '{}'{}", text, near ? ": did you mean " + *near + "?" : ": whytls explain --list names them all"));
  return Exit::usage;
}

Exit explain_text(const std::string& text, const Output& output) {
  const auto matcher = sources::message::Matcher::make();
  if (!matcher) {
    complain(matcher.error().text());
    return Exit::broken;
  }
  const report::Explanation explanation = explanation_of(*matcher, text);
  const bool found = !explanation.messages.empty() || !explanation.left_open.candidates.empty();
  if (output.format != "text") {
    const Exit printed = print(output, report::to_text(report::explanation_document(explanation), output.format == "json" ? 2 : -1) + "\n");
    return printed == Exit::ok && !found ? Exit::undetermined : printed;
  }
  if (found) return print(output, report::explanation_text(explanation, style_for(output)));
  complain("no message was recognised: paste the error with the lines around it; causes are listed by whytls explain --list");
  return Exit::undetermined;
}

Exit explain_words(const std::string& text, const Output& output) {
  const auto wrong = misspelt(text);
  return wrong ? *wrong : explain_text(text, output);
}

Exit explain_alert(const std::string& value, const Output& output) {
  const auto number = base::number(value, 255);
  const std::string name = number ? "" : base::lower(value);
  return explain_text(number ? "alert " + std::to_string(*number) : "alert " + name, output);
}

Exit run(Options& options) {
  const std::string& format = options.output.format;
  if (!has_format(options.output, "explain")) return Exit::usage;
  if (options.own.contains("list"))
    return print(options.output, format == "text" ? as_list(sorted(), style_for(options.output)) : as_json(sorted(), format));
  if (const auto alert = options.own.find("alert"); alert != options.own.end()) return explain_alert(alert->second, options.output);
  if (options.own.contains("log") || options.own.contains("follow")) {
    const std::vector<std::string> files = options.words.empty() ? std::vector<std::string>{"-"} : options.words;
    return explain_log(files, options.own.contains("follow"), options.output);
  }
  if (options.words.empty()) {
    complain("explain needs the id of a cause, a message in quotes, or - for standard input (whytls explain --list names the ids)");
    return Exit::usage;
  }
  std::string text = base::join(options.words, " ");
  if (text == "-") {
    auto input = read_input(sources::message::longest_text);
    if (!input) {
      complain(input.error().text());
      return Exit::usage;
    }
    return explain_text(*input, options.output);
  }
  const Cause* cause = diagnosis::cause(base::lower(text));
  if (!cause) return explain_words(text, options.output);
  if (format != "text") return print(options.output, as_json({cause}, format));
  return print(options.output, readable(diagnosis::page(cause->id), style_for(options.output)));
}

}  // namespace

extern const Command explain;
const Command explain{
    .name = "explain",
    .usage = "TEXT|-|CAUSE-ID",
    .summary = "what an error message or log means, its likely causes, and the next step",
    .examples = {"whytls explain \"error:0A000410:SSL routines::sslv3 alert handshake failure\"  a message, with the noise around it",
                 "journalctl -u nginx | whytls explain -  what standard input says",
                 "whytls explain --log /var/log/nginx/error.log*  failed handshakes by cause, client network, name and hour",
                 "whytls explain certificate.incomplete-chain  the page of one cause", "whytls explain --list  all causes"},
    .flags =
        {{"alert", 0, "N", Group::who, "explain a TLS alert", "Explain the TLS alert of this number or name.",
          [](Options& o, const std::string& v) -> base::Result<void> { return o.own["alert"] = v, base::Result<void>{}; }, false},
         {"log", 0, "", Group::who, "the words are files of logs",
          "Read the files (- or none: standard input; gzip and zstd are unpacked) as logs: failed handshakes by cause, client network, "
          "server name and hour. --format jsonl prints every failure on a line.",
          [](Options& o, const std::string&) -> base::Result<void> { return o.own["log"] = "yes", base::Result<void>{}; }, false},
         {"follow", 0, "", Group::who, "go on with what a log gets",
          "As --log, and go on with what is appended until interrupted: every failure as it comes, then the summary.",
          [](Options& o, const std::string&) -> base::Result<void> { return o.own["follow"] = "yes", base::Result<void>{}; }, false},
         {"list", 0, "", Group::who, "list all causes", "List all causes, by their ids.",
          [](Options& o, const std::string&) -> base::Result<void> { return o.own["list"] = "yes", base::Result<void>{}; }, false}},
    .run = run,
};

}  // namespace whytls::cli::commands
