// SPDX-License-Identifier: Apache-2.0
// What stands out in an offer that was refused: where nothing else can be known, the odd part is the likelier reason.
#pragma once

#include "diagnosis/cause.h"

namespace whytls::diagnosis {

/// Points for a cause that would be explained by something unusual in the offer; 0: nothing of it is.
int oddity(const Evidence& evidence, const Cause& cause);

/// The cause needs something that this offer rules out: a server name that is missing, where one was sent.
bool ruled_out(const Evidence& evidence, const Cause& cause);

}  // namespace whytls::diagnosis
