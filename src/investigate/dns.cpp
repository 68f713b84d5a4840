// SPDX-License-Identifier: Apache-2.0
// What DNS says of the server's certificates (TLSA, CAA), asked for beside the handshake; it decides nothing for a client that does not
// ask it, and is waited for no longer than nobody notices.
#include "observe/dns.h"

#include <fmt/format.h>

#include "base/text.h"
#include "investigate/client.h"
#include "investigate/session.h"
#include "net/dns_records.h"
#include "sources/probe/offer.h"

namespace whytls::investigate {

/// Ends with its owner: the thread that asks is told to stop, and waited for.
struct DnsAsked {
  net::CancelFlag stop{false};
  std::future<net::Records> answer;

  DnsAsked() = default;
  ~DnsAsked() { stop = true; }
  DnsAsked(const DnsAsked&) = delete;
  DnsAsked& operator=(const DnsAsked&) = delete;
};

namespace {

using evidence::Kind;

constexpr std::chrono::milliseconds to_answer{800};  // from the beginning
constexpr std::chrono::milliseconds to_wait{250};    // once all else is done

std::vector<x509::Tlsa> tlsa_of(const net::Records& records) {
  std::vector<x509::Tlsa> out;
  for (const net::TlsaRecord& one : records.tlsa) out.push_back({one.usage, one.selector, one.matching, one.data});
  return out;
}

std::vector<x509::Caa> caa_of(const net::Records& records) {
  std::vector<x509::Caa> out;
  for (const net::CaaRecord& one : records.caa) out.push_back({one.critical, one.tag, one.value});
  return out;
}

/// Who minds, and whether it counts at all.
std::string consequence(bool mail, bool validated) {
  return std::string(mail ? "mail servers that ask for DANE (RFC 7672) do not deliver over this connection"
                          : "clients that ask for DANE (RFC 6698) refuse it; browsers do not ask") +
         (validated ? "" : ", if DNSSEC vouches for the records: that could not be validated from here");
}

void judge_tlsa(Session& s, const net::Records& records) {
  const bool mail = s.request.starttls == "smtp";
  const std::vector<x509::Tlsa> tlsa = tlsa_of(records);
  if (tlsa.empty()) return;
  const x509::TrustStore store = trust_store_of(s.request);
  x509::JudgeOptions options;
  options.host = checked_name_of(s.request);
  options.at = base::now();
  options.store = &store;
  const std::vector<base::Bytes>& chain = s.out.main->transcript->certificates;
  const x509::Judgement judged = x509::judge(chain, options);
  const x509::DaneAnswer answer = x509::check_dane(tlsa, chain, judged, options, mail);
  const std::string at = fmt::format("_{}._tcp.{}", s.request.port, s.request.host);
  s.out.evidence.add(observe::dane_facts(tlsa, at, records.tlsa_validated, answer));
  const bool fails = answer.usable && !answer.matches;
  const std::string beginning = "the TLSA records at " + base::printable(at);
  if (fails)
    s.out.remarks.push_back(
        {"dane.mismatch", true,
         fmt::format("{} accept none of this: {}; {}", beginning, answer.text, consequence(mail, records.tlsa_validated)),
         records.tlsa_validated});
  if (!answer.usable)
    s.out.remarks.push_back({"dane.unusable", true, fmt::format("{} demand nothing of anybody: {}", beginning, answer.text)});
  if (answer.matches && !judged.trusted)
    s.out.remarks.push_back({"dane.match", false,
                             fmt::format("{} accept what is served ({}): clients that ask for DANE may go on{}", beginning, answer.text,
                                         records.tlsa_validated ? "" : ", if DNSSEC vouches for the records")});
}

void judge_caa(Session& s, const net::Records& records) {
  const std::vector<x509::Caa> caa = caa_of(records);
  const x509::Certificate& leaf = s.out.chain.front();
  s.out.evidence.add(observe::caa_facts(caa, records.caa_at, leaf));
  if (evidence::known_no(s.out.evidence.is(Kind::caa_allows)))
    s.out.remarks.push_back(
        {"caa.other-authority", false,
         fmt::format("the CAA records at {} do not let \"{}\" issue, which issued the leaf: no client minds, and it can "
                     "issue no other one as long as they stand (RFC 8659)",
                     base::printable(records.caa_at), leaf.issuer_organization)});
}

}  // namespace

std::shared_ptr<DnsAsked> begin_dns(const Request& request, bool by_proxy, const net::CancelFlag* cancel) {
  const bool cancelled = cancel != nullptr && cancel->load();
  // Who says where to connect, or at what time it is, does not speak of what DNS says now.
  if (request.offline || by_proxy || request.connect_host || request.at || cancelled || probe::is_address(request.host)) return nullptr;
  auto out = std::make_shared<DnsAsked>();
  out->answer = std::async(std::launch::async, [host = request.host, port = request.port, stop = &out->stop] {
    return net::dns_records(host, port, net::Clock::now() + to_answer, stop);
  });
  return out;
}

void end_dns(Session& s, DnsAsked& asked) {
  const bool shown = s.out.main && s.out.main->transcript && !s.out.main->transcript->certificates.empty() && !s.out.chain.empty();
  if (!shown || s.cancelled() || asked.answer.wait_for(to_wait) != std::future_status::ready) return;
  const net::Records records = asked.answer.get();
  judge_tlsa(s, records);
  judge_caa(s, records);
}

}  // namespace whytls::investigate
