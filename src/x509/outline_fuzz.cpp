// SPDX-License-Identifier: Apache-2.0
// What libcrypto parses as a certificate has an outline, with the same names and, where the form is that of the profile, the same times.
#include <algorithm>
#include <cstdlib>

#include "x509/certificate.h"
#include "x509/outline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whytls;
  const auto outline = x509::outline({data, size});
  const x509::Certificate whole = x509::examine({data, size});
  if (whole.handle == nullptr || !outline) return 0;
  const auto differ = [](base::ByteView a, const base::Bytes& b) { return !std::equal(a.begin(), a.end(), b.begin(), b.end()); };
  if (differ(outline->subject, whole.subject_der) && !whole.subject_der.empty() && outline->subject.size() == whole.subject_der.size())
    std::abort();
  if (outline->not_after && whole.not_after != base::Time{} && *outline->not_after != whole.not_after) std::abort();
  return 0;
}
