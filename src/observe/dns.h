// SPDX-License-Identifier: Apache-2.0
// What DNS says of a server's certificates, as facts.
#pragma once

#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "x509/dane.h"

namespace whytls::observe {

/// `at`: the name of the records, "_25._tcp.mx.example.com". Nothing where there are none.
evidence::Evidence dane_facts(const std::vector<x509::Tlsa>& records, const std::string& at, bool validated,
                              const x509::DaneAnswer& answer);

/// `at`: the name at which the records stand.
evidence::Evidence caa_facts(const std::vector<x509::Caa>& records, const std::string& at, const x509::Certificate& leaf);

}  // namespace whytls::observe
