// SPDX-License-Identifier: Apache-2.0
// What is worth knowing of files and chains though nothing fails for it; inside this module only.
#pragma once

#include "sources/certs/review.h"

namespace whytls::certs {

void remark_files(const std::vector<File>& files, std::vector<Remark>& out);
/// Order, repetitions, strangers, a root without need; validity, names, purpose of a judged set.
void remark_chain(const Set& set, const std::vector<File>& files, const x509::Judgement& judgement, const x509::JudgeOptions& options,
                  std::vector<Remark>& out);
void remark_leaf(const x509::Judgement& judgement, const Question& question, std::vector<Remark>& out);
/// Authorities of a trust store that have expired.
void remark_authorities(const Sorted& sorted, const std::vector<File>& files, base::Time at, std::vector<Remark>& out);
void remark_validity(const x509::Certificate& certificate, base::Time at, std::vector<Remark>& out);

}  // namespace whytls::certs
