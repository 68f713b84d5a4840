// SPDX-License-Identifier: Apache-2.0
#include "wire/upgrade/xmpp_common.h"

#include <fmt/format.h>

#include <algorithm>

namespace whytls::wire::dialogue {
namespace {

/// Where the tag that begins at 0 ends: behind its ">", quoted ones not counted; 0 where more bytes are needed.
std::size_t tag_end(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return 0;
}

/// "<stream:features x='…'>" -> "features", "</stream:stream>" -> "/stream".
std::string local_name(std::string_view tag) {
  tag.remove_prefix(1);
  const bool closing = tag.starts_with('/');
  if (closing) tag.remove_prefix(1);
  tag = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  if (const std::size_t colon = tag.rfind(':'); colon != std::string_view::npos) tag.remove_prefix(colon + 1);
  return (closing ? "/" : "") + std::string(tag);
}

bool blank(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void XmppDialogue::open() {
  if (!plain_host(host_)) return failed("the host name cannot stand in an XMPP stream header");
  say(fmt::format("<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='http://etherx.jabber.org/streams' to='{}' version='1.0'>",
                  namespace_, host_));
}

std::size_t XmppDialogue::consume(base::ByteView in) {
  const std::string_view text = base::text(in);
  if (in[0] != '<') {
    if (stage_ != Stage::header) return std::min(text.find('<'), text.size());  // character data
    if (!blank(in[0])) return not_spoken(), 0;
    return 1;
  }
  const std::size_t end = tag_end(text);
  if (end > 0) tag(text.substr(0, end));
  return end;
}

void XmppDialogue::tag(std::string_view text) {
  if (text.starts_with("<?") || text.starts_with("<!")) return;
  const std::string name = local_name(text);
  if (stage_ == Stage::header) {
    if (name != "stream") return not_spoken(base::view(text));
    stage_ = Stage::features;
    return;
  }
  if (in_error_) return tag_in_error(name);
  if (name == "error") in_error_ = true;
  if (name == "/stream") return refused("the server ends the stream");
  if (stage_ == Stage::features) {
    if (name == "starttls") offered_ = true;
    if (name == "/features" || (name == "features" && text.ends_with("/>"))) features_end();
    return;
  }
  if (name == "proceed") return upgraded();
  if (name == "failure") {
    hear("failure");
    refused("the server offers STARTTLS and answers it with a failure");
  }
}

/// RFC 6120 4.9.2: the first element of an error is its condition.
void XmppDialogue::tag_in_error(std::string_view name) {
  hear(name);
  refused(fmt::format("the server ends the stream with the error \"{}\"", peer()));
}

void XmppDialogue::features_end() {
  if (!offered_) return not_offered("the server's stream features do not include STARTTLS");
  say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  stage_ = Stage::proceed;
}

}  // namespace whytls::wire::dialogue
