// SPDX-License-Identifier: Apache-2.0
// How many trusted certificates a Java keystore holds; x509/container.h takes it apart.
#include <algorithm>

#include "base/bytes.h"
#include "sources/system/stores.h"
#include "x509/container.h"

namespace whytls::system {

base::Result<std::optional<std::size_t>> count_java_roots(std::string_view keystore) {
  using enum x509::Format;
  const x509::Contents contents = x509::open_container(base::view(keystore), std::nullopt);
  const bool java = contents.format == jks || contents.format == jceks;
  const bool damaged = std::any_of(contents.flaws.begin(), contents.flaws.end(),
                                   [](const x509::Flaw& flaw) { return flaw.weight == x509::Flaw::Weight::broken; });
  if (java && damaged) return base::fail(base::Fault::input, "the keystore is damaged");
  if (!java && contents.format != pkcs12) return base::fail(base::Fault::input, "this is no Java keystore");
  const std::size_t certificates = x509::count(contents, x509::Part::Kind::certificate);
  if (!java) return certificates == 0 && contents.locked ? std::optional<std::size_t>() : std::optional(certificates);
  const auto anchors = std::count_if(contents.parts.begin(), contents.parts.end(), [](const x509::Part& part) { return part.anchor; });
  return std::optional(static_cast<std::size_t>(anchors));
}

}  // namespace whytls::system
