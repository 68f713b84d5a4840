// SPDX-License-Identifier: Apache-2.0
// whytls explain CAUSE-ID: the page of a cause, offline. whytls explain --list: all of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
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

/// What an id looks like: one word with a dot in lower case.
bool like_an_id(const std::string& text) {
  return text.find('.') != std::string::npos && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

Exit unknown(const std::string& text) {
  std::vector<std::string> ids;
  for (const Cause* cause : sorted()) ids.emplace_back(cause->id);
  const auto near = base::nearest(text, ids);
  if (like_an_id(text) || near) {
    complain(
        fmt::format("there is no cause '{}'{}", text, near ? ": did you mean " + *near + "?" : ": whytls explain --list names them all"));
    return Exit::usage;
  }
  complain("no message was recognised: the causes by their ids are what can be explained (whytls explain --list)");
  return Exit::undetermined;
}

Exit run(Options& options) {
  const std::string& format = options.output.format;
  if (options.own.contains("list"))
    return print(options.output, format == "text" ? as_list(sorted(), style_for(options.output)) : as_json(sorted(), format));
  if (options.words.empty()) {
    complain("explain needs the id of a cause: whytls explain --list names them all");
    return Exit::usage;
  }
  const std::string text = base::join(options.words, " ");
  const Cause* cause = diagnosis::cause(base::lower(text));
  if (!cause) return unknown(text);
  if (format != "text") return print(options.output, as_json({cause}, format));
  return print(options.output, readable(diagnosis::page(cause->id), style_for(options.output)));
}

}  // namespace

extern const Command explain;
const Command explain{
    .name = "explain",
    .usage = "CAUSE-ID",
    .summary = "what a cause means, how to see it, and how to mend it",
    .examples = {"whytls explain certificate.incomplete-chain  the page of one cause", "whytls explain --list  all causes"},
    .flags = {{"list", 0, "", Group::who, "list all causes", "List all causes, by their ids.",
               [](Options& o, const std::string&) -> base::Result<void> { return o.own["list"] = "yes", base::Result<void>{}; }, false}},
    .run = run,
};

}  // namespace whytls::cli::commands
