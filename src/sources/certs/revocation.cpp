// SPDX-License-Identifier: Apache-2.0
#include "sources/certs/revocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <future>
#include <utility>

#include "base/text.h"
#include "net/fetch/cache.h"
#include "net/fetch/http.h"

namespace whytls::certs {
namespace {

using evidence::Kind;
using x509::Certificate;

constexpr std::size_t most_links = 3;                // the leaf and what stands above it; roots are not revoked by lists
constexpr std::chrono::milliseconds patience{2000};  // an answer about revocation is worth no more to anybody
constexpr std::size_t most_addresses = 3;            // of one question: who names more gains nothing by it
constexpr std::size_t most_answer = std::size_t{8} << 20U;
constexpr std::chrono::hours without_next_update{1};

struct Asked {
  std::size_t position = 0;
  bool ocsp = true;
  std::vector<std::string> urls;  ///< asked one after the other until one gives an answer that holds
  base::Bytes request;
  std::string name;  ///< in the cache
};

struct Answer {
  Asked question;
  std::string url;
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

std::optional<Asked> ask(const x509::Judgement& j, std::size_t i, bool ocsp) {
  const Certificate& certificate = j.path[i].certificate;
  Asked out{i, ocsp, {}, {}, {}};
  for (const std::string& url : ocsp ? certificate.ocsp_urls : certificate.crl_urls)
    if (is_http(url) && out.urls.size() < most_addresses) out.urls.push_back(url);
  if (out.urls.empty()) return std::nullopt;
  out.name = cache_name(certificate, out.urls.front(), ocsp);
  if (ocsp) out.request = x509::ocsp_request(certificate, j.path[i + 1].certificate);
  return ocsp && out.request.empty() ? std::nullopt : std::optional<Asked>(out);
}

/// RFC 6960 4.2.1: an answer that names only why there is none has five bytes.
bool says_nothing(const net::HttpResponse& response) {
  constexpr std::size_t bare_status = 5;
  return !response.failure.empty() || response.body.size() <= bare_status;
}

/// By GET where its URL stays short, which caches on the way can answer; and by POST, which is all that some responders take
/// (RFC 6960 A.1), whatever they say to a GET.
net::HttpResponse ask_responder(const Asked& question, net::HttpRequest request) {
  const net::Deadline deadline = net::Clock::now() + request.timeout;
  const std::string url = request.url;
  if (const std::string get = x509::ocsp_get_url(url, question.request); !get.empty()) {
    request.url = get;
    net::HttpResponse response = net::fetch(request);
    if (response.status == 0 || response.timed_out || !says_nothing(response)) return response;
  }
  request.url = url;
  request.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - net::Clock::now());
  request.method = "POST";
  request.body = question.request;
  request.content_type = "application/ocsp-request";
  return net::fetch(request);
}

Answer fetch(const Asked& question, const std::string& url, std::chrono::milliseconds timeout, const net::CancelFlag* cancel) {
  net::HttpRequest request;
  request.url = url;
  request.timeout = timeout;
  request.max_bytes = most_answer;
  request.cancel = cancel;
  net::HttpResponse response = question.ocsp ? ask_responder(question, request) : net::fetch(request);
  Answer out{.question = question, .url = url};
  out.date = response.date;
  out.failure = response.failure;
  out.body = std::move(response.body);
  return out;
}

void keep(const Answer& answer, const std::optional<base::Time>& next_update) {
  if (!answer.cached)
    net::Cache::of_user().keep(answer.question.name, answer.body, next_update.value_or(base::now() + without_next_update));
}

/// Takes an answer in where it can be relied on; what the link stands for then, or why that is not known.
Standing take(const x509::Judgement& j, const Answer& answer, base::Time at, Revocations& out) {
  const std::size_t position = answer.question.position;
  const auto unknown = [&](std::string why) { return Standing{position, x509::Revocation::unknown, std::move(why)}; };
  const std::string from = base::printable(answer.url);
  if (!answer.failure.empty()) return unknown(from + ": " + answer.failure);
  const Certificate& certificate = j.path[position].certificate;
  const Certificate& issuer = j.path[position + 1].certificate;
  if (answer.question.ocsp) {
    const x509::OcspResponse said = x509::read_ocsp(answer.body, certificate, &issuer, at);
    if (!said.usable()) return unknown(from + ": " + said.unusable);
    keep(answer, said.next_update);
    out.responses.push_back({answer.body, from});
    return {position, said.status, said.status == x509::Revocation::unknown ? from + ": the responder does not know the certificate" : ""};
  }
  const x509::Crl list = x509::examine_crl(x509::crl_der(answer.body));
  const x509::CrlAnswer said = x509::read_crl(list, certificate, issuer, at);
  if (!said.usable()) return unknown(from + ": " + (list.malformed.empty() ? said.unusable : list.malformed));
  keep(answer, list.next_update);
  out.crls.push_back(list);
  return {position, said.status, ""};
}

/// Whether the answer says something of the link that can be relied on; nothing is kept.
bool decides(const x509::Judgement& j, Answer& answer, base::Time at) {
  Revocations trial;
  const bool before = std::exchange(answer.cached, true);
  const bool known = take(j, answer, at, trial).status != x509::Revocation::unknown;
  answer.cached = before;
  return known;
}

/// What is on disk counts as far as it holds now; else the question is asked anew.
std::optional<Answer> kept(const x509::Judgement& j, const Asked& question, base::Time at) {
  auto body = net::Cache::of_user().find(question.name, base::now());
  if (!body) return std::nullopt;
  Answer out{.question = question, .url = question.urls.front()};
  out.body = std::move(*body);
  if (!decides(j, out, at)) return std::nullopt;
  out.cached = true;
  return out;
}

/// One address after the other, each with its share of the time that is left; where none has an answer that holds, the first one's.
Answer ask_all(const x509::Judgement& j, const Asked& question, net::Deadline deadline, const Inquiry& inquiry) {
  std::optional<Answer> first;
  for (std::size_t i = 0; i < question.urls.size(); ++i) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - net::Clock::now());
    if (first && left.count() <= 0) break;
    Answer answer = fetch(question, question.urls[i], left / static_cast<std::int64_t>(question.urls.size() - i), inquiry.cancel);
    const bool only = question.urls.size() == 1;
    if (only || decides(j, answer, inquiry.at)) return answer;
    if (!first) first = std::move(answer);
  }
  return std::move(*first);
}

std::vector<Answer> answers_to(const x509::Judgement& j, const std::vector<Asked>& questions, const Inquiry& inquiry) {
  const net::Deadline deadline = std::min(inquiry.deadline, net::Clock::now() + patience);
  std::vector<Answer> out;
  std::vector<std::future<Answer>> futures;
  for (const Asked& question : questions) {
    if (auto answer = kept(j, question, inquiry.at)) {
      out.push_back(std::move(*answer));
    } else if (deadline > net::Clock::now()) {
      futures.push_back(std::async(std::launch::async, ask_all, std::cref(j), question, deadline, std::cref(inquiry)));
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

/// One round of questions, by OCSP or by list; the links that stay unanswered go into the next.
void round(const x509::Judgement& j, bool ocsp, const Inquiry& inquiry, Revocations& out) {
  std::vector<Asked> questions;
  for (const Standing& link : out.links)
    if (link.status == x509::Revocation::unknown)
      if (auto question = ask(j, link.position, ocsp)) questions.push_back(std::move(*question));
  if (questions.empty()) return;
  if (inquiry.say) inquiry.say(ocsp ? "asking the issuer's responder about revocation" : "fetching the issuer's revocation list");
  for (const Answer& answer : answers_to(j, questions, inquiry)) {
    if (answer.date && ocsp) note_date(out, *answer.date);
    const Standing standing = take(j, answer, inquiry.at, out);
    for (Standing& link : out.links)
      if (link.position == standing.position) link = standing;
  }
}

}  // namespace

Revocations look_at_revocation(const x509::Judgement& j, const Inquiry& inquiry) {
  Revocations out;
  for (std::size_t i = 0; i + 1 < j.path.size() && i < most_links; ++i)
    if (!answered_by_staple(j, i) && !(j.path[i].certificate.ocsp_urls.empty() && j.path[i].certificate.crl_urls.empty()))
      out.links.push_back({i, x509::Revocation::unknown, "its issuer names no address that can be asked over HTTP"});
  round(j, true, inquiry, out);
  round(j, false, inquiry, out);
  return out;
}

evidence::Evidence revocation_facts(const Revocations& revocations) {
  evidence::Evidence e;
  if (revocations.links.empty() || revocations.links.front().position != 0) return e;
  const Standing& leaf = revocations.links.front();
  const bool known = leaf.status != x509::Revocation::unknown;
  const std::string answer = !known ? "unknown" : leaf.status == x509::Revocation::good ? "good" : "revoked";
  e.add(Kind::revocation_answer, answer,
        known ? "the issuer says of the certificate: " + std::string(answer == "good" ? "not revoked" : "revoked")
              : "whether the certificate is revoked cannot be told: " + leaf.why);
  if (!known) e.add(Kind::revocation_why_unknown, leaf.why);
  return e;
}

}  // namespace whytls::certs
