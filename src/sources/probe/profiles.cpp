// SPDX-License-Identifier: Apache-2.0
#include "sources/probe/profiles.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/text.h"

namespace whytls::probe {

extern const std::span<const base::Embedded> profile_texts;

namespace {

using base::fail, base::Fault;

bool read_bits(std::string_view value, std::optional<unsigned>& out) {
  const auto bits = base::number(value, 65536);
  if (bits) out = static_cast<unsigned>(*bits);
  return bits.has_value();
}
bool read_answer(std::string_view value, std::optional<bool>& out) {
  if (value != "yes" && value != "no") return false;
  out = value == "yes";
  return true;
}

/// False where the key is not known or the value is none for it.
bool read_key(Profile& out, std::string_view key, std::string_view value) {
  const std::pair<std::string_view, std::string*> texts[]{{"name", &out.name},         {"title", &out.title}, {"family", &out.family},
                                                          {"software", &out.software}, {"how", &out.how},     {"recorded", &out.recorded},
                                                          {"source", &out.source}};
  for (const auto& [name, target] : texts) {
    if (key == name) return *target = std::string(value), !value.empty();
  }
  if (key == "alpn") return out.alpn = value == "-" ? std::vector<std::string>() : base::split(value, " "), true;
  if (key == "forbidden-hashes") return out.forbidden_hashes = base::split(value, " "), true;
  if (key == "minimum-rsa-bits") return read_bits(value, out.minimum_rsa_bits);
  if (key == "minimum-dh-bits") return read_bits(value, out.minimum_dh_bits);
  if (key == "minimum-ec-bits") return read_bits(value, out.minimum_ec_bits);
  if (key == "insists-on-renegotiation-info") return read_answer(value, out.insists_on_renegotiation_info);
  if (key == "insists-on-staple") return read_answer(value, out.insists_on_staple);
  if (key == "timestamps") {
    const auto count = base::number(value, 100);
    out.timestamps = static_cast<unsigned>(count.value_or(0));
    return count.has_value();
  }
  return false;
}

base::Result<Profile> read_header(std::string_view header) {
  Profile out;
  for (const std::string& line : base::split(header, "\n")) {
    const std::size_t colon = line.find(':');
    const std::string_view key = base::trim(std::string_view(line).substr(0, colon));
    const std::string_view value = colon == std::string::npos ? std::string_view() : base::trim(std::string_view(line).substr(colon + 1));
    if (!read_key(out, key, value)) return fail(Fault::input, fmt::format("no line of a profile: \"{}\"", base::printable(line, 120)));
  }
  if (out.name.empty() || out.title.empty() || out.software.empty()) return fail(Fault::input, "a profile needs name, title and software");
  return out;
}

}  // namespace

base::Result<Profile> parse_profile(std::string_view text) {
  const std::size_t gap = text.find("\n\n");
  if (gap == std::string_view::npos) return fail(Fault::input, "no empty line between header and hello");
  auto out = read_header(text.substr(0, gap));
  if (!out) return out;
  const auto message = base::unhex(text.substr(gap + 2));
  if (!message) return fail(Fault::input, "the hello is not in hexadecimal", out->name);
  wire::HandshakeAssembler assembler(65536);
  assembler.feed(*message);
  const auto whole = assembler.next();
  if (!whole || whole->type != wire::HandshakeType::client_hello || assembler.pending() != 0) {
    return fail(Fault::input, "the bytes are not one whole ClientHello", out->name);
  }
  out->client_hello.assign(whole->body().begin(), whole->body().end());
  out->hello = wire::parse_client_hello(out->client_hello);
  if (out->hello.malformed) return fail(Fault::input, out->hello.malformed->text(), out->name);
  return out;
}

std::span<const Profile> profiles() {
  static const std::vector<Profile> all = [] {
    std::vector<Profile> out;
    for (const base::Embedded& file : profile_texts) {
      if (auto one = parse_profile(file.text)) out.push_back(std::move(*one));  // a test holds every file to be good
    }
    return out;
  }();
  return all;
}

const Profile* profile(std::string_view name) {
  const auto all = profiles();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Profile& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> profile_names() {
  std::vector<std::string> out;
  for (const Profile& one : profiles()) out.push_back(one.name);
  return out;
}

}  // namespace whytls::probe
