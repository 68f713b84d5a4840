// SPDX-License-Identifier: Apache-2.0
// Whether a link of the chain is revoked, as its issuer's responder or list says. Nobody's silence is ever taken for an answer.
#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "base/text.h"
#include "investigate/session.h"
#include "net/fetch/cache.h"
#include "net/fetch/http.h"
#include "observe/chain.h"

namespace whytls::investigate {
namespace {

using evidence::Kind;
using x509::Certificate;

constexpr std::size_t most_links = 3;                // the leaf and what stands above it; roots are not revoked by lists
constexpr std::chrono::milliseconds patience{2000};  // an answer about revocation is worth no more to anybody
constexpr std::size_t most_answer = std::size_t{8} << 20U;
constexpr std::chrono::hours without_next_update{1};

struct Question {
  std::size_t position = 0;
  bool ocsp = true;
  std::string url;
  base::Bytes request;
  std::string name;  ///< in the cache
};

struct Answer {
  Question question;
  base::Bytes body;
  std::string failure;
  std::optional<base::Time> date;
  bool cached = false;
};

bool is_http(const std::string& url) { return base::lower(url.substr(0, 7)) == "http://"; }

std::string cache_name(const Certificate& certificate, const std::string& url, bool ocsp) {
  std::string out = ocsp ? "0c" : "c1";
  if (ocsp)
    for (const std::uint8_t byte : certificate.sha256) out += fmt::format("{:02x}", byte);
  return out + fmt::format("{:016x}", std::hash<std::string>{}(url));
}

std::optional<Question> ask(const x509::Judgement& j, std::size_t i, bool ocsp) {
  const Certificate& certificate = j.path[i].certificate;
  const std::vector<std::string>& urls = ocsp ? certificate.ocsp_urls : certificate.crl_urls;
  const auto url = std::find_if(urls.begin(), urls.end(), is_http);
  if (url == urls.end()) return std::nullopt;
  Question out{i, ocsp, *url, {}, cache_name(certificate, *url, ocsp)};
  if (ocsp) out.request = x509::ocsp_request(certificate, j.path[i + 1].certificate);
  return ocsp && out.request.empty() ? std::nullopt : std::optional<Question>(out);
}

/// RFC 6960 4.2.1: an answer that names only why there is none has five bytes.
bool says_nothing(const net::HttpResponse& response) {
  constexpr std::size_t bare_status = 5;
  return !response.failure.empty() || response.body.size() <= bare_status;
}

/// By GET where its URL stays short, which caches on the way can answer; and by POST, which is all that some responders take
/// (RFC 6960 A.1), whatever they say to a GET.
net::HttpResponse ask_responder(const Question& question, net::HttpRequest request) {
  const net::Deadline deadline = net::Clock::now() + request.timeout;
  if (const std::string get = x509::ocsp_get_url(question.url, question.request); !get.empty()) {
    request.url = get;
    net::HttpResponse response = net::fetch(request);
    if (response.status == 0 || response.timed_out || !says_nothing(response)) return response;
  }
  request.url = question.url;
  request.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - net::Clock::now());
  request.method = "POST";
  request.body = question.request;
  request.content_type = "application/ocsp-request";
  return net::fetch(request);
}

Answer fetch(const Question& question, std::chrono::milliseconds timeout, const net::CancelFlag* cancel) {
  net::HttpRequest request;
  request.url = question.url;
  request.timeout = timeout;
  request.max_bytes = most_answer;
  request.cancel = cancel;
  net::HttpResponse response = question.ocsp ? ask_responder(question, request) : net::fetch(request);
  Answer out{.question = question};
  out.date = response.date;
  out.failure = response.failure;
  out.body = std::move(response.body);
  return out;
}

/// What one link is known to be, by whom, or why that is not known.
struct Standing {
  x509::Revocation status = x509::Revocation::unknown;
  std::string why;
};

void keep(const Answer& answer, const std::optional<base::Time>& next_update) {
  if (!answer.cached)
    net::Cache::of_user().keep(answer.question.name, answer.body, next_update.value_or(base::now() + without_next_update));
}

/// Takes an answer into the options of the judgement; its standing where it can be relied on.
Standing take(const x509::Judgement& j, const Answer& answer, x509::JudgeOptions& options) {
  const std::string from = base::printable(answer.question.url);
  if (!answer.failure.empty()) return {x509::Revocation::unknown, from + ": " + answer.failure};
  const Certificate& certificate = j.path[answer.question.position].certificate;
  const Certificate& issuer = j.path[answer.question.position + 1].certificate;
  if (answer.question.ocsp) {
    const x509::OcspResponse said = x509::read_ocsp(answer.body, certificate, &issuer, options.at);
    if (!said.usable()) return {x509::Revocation::unknown, from + ": " + said.unusable};
    keep(answer, said.next_update);
    options.responses.push_back({answer.body, from});
    return {said.status, said.status == x509::Revocation::unknown ? from + ": the responder does not know the certificate" : ""};
  }
  const x509::Crl list = x509::examine_crl(x509::crl_der(answer.body));
  const x509::CrlAnswer said = x509::read_crl(list, certificate, issuer, options.at);
  if (!said.usable()) return {x509::Revocation::unknown, from + ": " + (list.malformed.empty() ? said.unusable : list.malformed)};
  keep(answer, list.next_update);
  options.crls.push_back(list);
  return {said.status, ""};
}

/// What is on disk counts as far as it holds now; else the question is asked anew.
std::optional<Answer> kept(const x509::Judgement& j, const Question& question, base::Time at) {
  auto body = net::Cache::of_user().find(question.name, base::now());
  if (!body) return std::nullopt;
  Answer out{.question = question};
  out.body = std::move(*body);
  out.cached = true;
  x509::JudgeOptions trial;
  trial.at = at;
  if (take(j, out, trial).status == x509::Revocation::unknown) return std::nullopt;
  return out;
}

std::vector<Answer> answers_to(const Session& s, const x509::Judgement& j, const std::vector<Question>& questions, base::Time at) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(s.runner.place().overall - net::Clock::now());
  std::vector<Answer> out;
  std::vector<std::future<Answer>> futures;
  for (const Question& question : questions) {
    if (auto answer = kept(j, question, at)) {
      out.push_back(std::move(*answer));
    } else if (left.count() > 0) {
      futures.push_back(std::async(std::launch::async, fetch, question, std::min(left, patience), s.cancel));
    }
  }
  for (auto& future : futures) out.push_back(future.get());
  return out;
}

/// Caches on the way only ever make a time older: the newest is the nearest to now.
void note_date(Revocations& out, base::Time date) {
  if (out.dates.empty()) out.dates.push_back(date);
  out.dates.front() = std::max(out.dates.front(), date);
}

bool answered_by_staple(const x509::Judgement& j, std::size_t i) { return i == 0 && j.staple && j.staple->usable(); }

void state(Session& s, std::size_t position, const Standing& standing) {
  if (position != 0) return;
  const bool good = standing.status == x509::Revocation::good;
  const bool known = standing.status != x509::Revocation::unknown;
  s.add(Kind::revocation_answer,
        std::string(!known ? "unknown"
                    : good ? "good"
                           : "revoked"),
        !known ? "whether the certificate is revoked cannot be told: " + standing.why
               : std::string("the issuer says of the certificate: ") + (good ? "not revoked" : "revoked"));
  if (!known) s.add(Kind::revocation_why_unknown, standing.why);
  if (!known) s.out.remarks.push_back({"revocation.unknown", false, "whether the certificate is revoked cannot be told: " + standing.why});
}

/// One round of questions, by OCSP or by list; the links that stay unanswered go into the next.
void round(Session& s, const x509::Judgement& j, bool ocsp, std::vector<std::pair<std::size_t, Standing>>& open, Revocations& out,
           x509::JudgeOptions& options) {
  std::vector<Question> questions;
  for (const auto& [position, standing] : open)
    if (auto question = ask(j, position, ocsp)) questions.push_back(std::move(*question));
  if (questions.empty()) return;
  s.say(ocsp ? "asking the issuer's responder about revocation" : "fetching the issuer's revocation list");
  for (const Answer& answer : answers_to(s, j, questions, options.at)) {
    if (answer.date && ocsp) note_date(out, *answer.date);
    const Standing standing = take(j, answer, options);
    const auto entry = std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.first == answer.question.position; });
    if (entry == open.end()) continue;
    entry->second = standing;
    if (standing.status == x509::Revocation::unknown) continue;
    state(s, answer.question.position, standing);
    open.erase(entry);
  }
}

}  // namespace

const Revocations& look_at_revocation(Session& s, const x509::Judgement& j, x509::JudgeOptions& options) {
  Revocations& out = s.revocations;
  if (s.request.offline || s.request.at || j.path.size() < 2 || s.cancelled()) return out;
  if (out.leaf != j.path.front().certificate.der) {
    out = {};
    out.leaf = j.path.front().certificate.der;
    std::vector<std::pair<std::size_t, Standing>> open;
    for (std::size_t i = 0; i + 1 < j.path.size() && i < most_links; ++i)
      if (!answered_by_staple(j, i) && !(j.path[i].certificate.ocsp_urls.empty() && j.path[i].certificate.crl_urls.empty()))
        open.emplace_back(i, Standing{x509::Revocation::unknown, "its issuer names no address that can be asked over HTTP"});
    x509::JudgeOptions fresh = options;
    round(s, j, true, open, out, fresh);
    round(s, j, false, open, out, fresh);
    for (const auto& [position, standing] : open) state(s, position, standing);
    out.responses = std::move(fresh.responses);
    out.crls = std::move(fresh.crls);
  }
  options.responses = out.responses;
  options.crls = out.crls;
  return out;
}

}  // namespace whytls::investigate
