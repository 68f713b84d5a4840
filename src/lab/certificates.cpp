// SPDX-License-Identifier: Apache-2.0
#include "lab/certificates.h"

#include <utility>

namespace whytls::lab {

Recipes& Recipes::rsa() {
  root.key = intermediate.key = leaf.key = "rsa-2048";
  return *this;
}

TlsSetup Hierarchy::setup() const {
  TlsSetup out;
  out.chain = {leaf.certificate, intermediate.certificate};
  out.key = leaf.key;
  return out;
}

Hierarchy issue(Workshop& workshop, const Recipes& recipes) {
  Hierarchy out;
  out.root = workshop.mint(recipes.root);
  out.intermediate = workshop.mint(recipes.intermediate, &out.root);
  out.leaf = workshop.mint(recipes.leaf, &out.intermediate);
  return out;
}

Scene scene(Workshop& workshop, const Hierarchy& hierarchy, Action serve) {
  Scene out;
  out.serve = std::move(serve);
  if (workshop.failure()) return out;
  out.words = {"{address}", "--servername", host, "--ca-file", workshop.file("roots.pem", hierarchy.root.pem())};
  return out;
}

Scene scene(Workshop& workshop, const Hierarchy& hierarchy, const TlsSetup& setup) {
  return scene(workshop, hierarchy, tls(workshop, setup));
}

Scene scene(Workshop& workshop, const Recipes& recipes) {
  const Hierarchy hierarchy = issue(workshop, recipes);
  return scene(workshop, hierarchy, hierarchy.setup());
}

Sound sound(Workshop& workshop, std::uint16_t highest) {
  Sound out{.hierarchy = issue(workshop), .serve = {}};
  TlsSetup setup = out.hierarchy.setup();
  setup.highest = highest;
  out.serve = tls(workshop, setup);
  return out;
}

}  // namespace whytls::lab
