// SPDX-License-Identifier: Apache-2.0
// Writes the right bundle. Never a key, never over something that was read, never half.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "x509/certificate.h"

namespace whytls::certs {

/// PEM, the leaf first, each as it stands.
std::string bundle_text(const std::vector<x509::Certificate>& chain);

/// Whether `path` may be written: it is none of `inputs` by whatever name or link, and a regular file or not there.
/// Fault::misuse with a sentence otherwise.
base::Result<void> may_write(const std::string& path, const std::vector<std::string>& inputs);

/// Replaces `path` at once by a file of mode 0644, or leaves it alone.
base::Result<void> write_bundle(const std::string& path, const std::string& text);

}  // namespace whytls::certs
