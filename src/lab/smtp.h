// SPDX-License-Identifier: Apache-2.0
// A mail server's first words.
#pragma once

#include "lab/visit.h"

namespace whytls::lab {

/// Speaks SMTP; offers STARTTLS or does not, and goes on with `after` once it was asked for.
Action smtp(bool offers_starttls, Action after);

}  // namespace whytls::lab
