// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/http_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>

#include "base/text.h"

namespace whytls::net {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::vector_body<std::uint8_t>>;
using boost::system::error_code;

constexpr std::uint32_t max_header = 16384;
constexpr std::size_t most_header = 2 * std::size_t{max_header};  // kept while it is not whole

class Answer {
 public:
  Answer(Stream& stream, const HttpRequest& request, Deadline deadline, HttpResponse& out)
      : stream_(stream), request_(request), deadline_(deadline), out_(out) {}

  std::string read() {
    Parser parser;
    parser.eager(true);
    parser.header_limit(max_header);
    parser.body_limit(request_.max_bytes);
    const bool whole = read(parser);
    if (parser.is_header_done()) take(parser);
    if (!whole) return {};
    if (out_.status / 100 == 3) return std::string(parser.get()[http::field::location]);
    if (out_.status == 200)
      out_.body = std::move(parser.get().body());
    else
      out_.failure = fmt::format("the server answers {} {}", out_.status, base::printable(std::string(parser.get().reason()), 80));
    return {};
  }

 private:
  bool read(Parser& parser) {
    base::Bytes pending;
    while (!parser.is_done()) {
      const ReadResult got = stream_.read(deadline_);
      error_code error;
      if (got.end == End::closed) {
        if (parser.got_some()) parser.put_eof(error);  // an answer without length ends here
        if (!error && parser.is_done()) return true;
        return note_end(End::closed, "the answer was not whole", out_), false;
      }
      if (got.end != End::open) return note_end(got.end, "reading the answer", out_), false;
      pending.insert(pending.end(), got.bytes.begin(), got.bytes.end());
      if (!put(parser, pending)) return false;
    }
    return true;
  }

  /// Feeds what has come; what the parser cannot use yet stays in `pending`, which a header's limit bounds.
  bool put(Parser& parser, base::Bytes& pending) {
    while (!pending.empty() && !parser.is_done()) {
      error_code error;
      const std::size_t used = parser.put(boost::asio::buffer(pending), error);
      pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(std::min(used, pending.size())));
      if (error == http::error::need_more)
        return pending.size() <= most_header || (out_.failure = "the answer's header is too long", false);
      if (error == http::error::body_limit)
        return out_.failure = fmt::format("the answer is longer than {} bytes", request_.max_bytes), false;
      if (error) return out_.failure = fmt::format("the answer is no valid HTTP: {}", error.message()), false;
    }
    return true;
  }

  void take(const Parser& parser) {
    out_.status = static_cast<int>(parser.get().result_int());
    out_.date = base::parse_http_date(std::string(parser.get()[http::field::date]));
    // What a cache on the way hands out is older by its Age (RFC 9111 4.2.3).
    const auto age = base::number(std::string(parser.get()[http::field::age]), 1'000'000'000);
    if (out_.date && age) *out_.date += std::chrono::seconds(static_cast<std::int64_t>(*age));
  }

  Stream& stream_;
  const HttpRequest& request_;
  Deadline deadline_;
  HttpResponse& out_;
};

}  // namespace

std::string note_end(End end, std::string_view doing, HttpResponse& out) {
  out.timed_out = end == End::timeout;
  out.failure =
      end == End::timeout ? fmt::format("the time allowed passed while {}", doing) : fmt::format("{} while {}", end_name(end), doing);
  return {};
}

std::string read_answer(Stream& stream, const HttpRequest& request, Deadline deadline, HttpResponse& out) {
  return Answer(stream, request, deadline, out).read();
}

}  // namespace whytls::net
