// SPDX-License-Identifier: Apache-2.0
// The public key infrastructure behind most faults: a root that the client trusts, an intermediate, a leaf for shop.example. A fault
// changes a recipe, or what is sent.
#pragma once

#include <string>

#include "lab/lab.h"
#include "lab/scene.h"
#include "lab/tls_server.h"
#include "lab/workshop.h"

namespace whytls::lab {

inline constexpr const char* host = "shop.example";

struct Recipes {
  x509::Recipe root = x509::root_recipe("Whytls Lab Root");
  x509::Recipe intermediate = x509::intermediate_recipe("Whytls Lab Intermediate");
  x509::Recipe leaf = x509::leaf_recipe(host);

  /// RSA keys of 2048 bits throughout.
  Recipes& rsa();
};

struct Hierarchy {
  x509::Minted root, intermediate, leaf;

  /// A setup that serves leaf and intermediate.
  TlsSetup setup() const;
};
Hierarchy issue(Workshop& workshop, const Recipes& recipes = {});

/// The call for a server of this hierarchy: its root is trusted, and shop.example asked for.
Scene scene(Workshop& workshop, const Hierarchy& hierarchy, Action serve);
Scene scene(Workshop& workshop, const Hierarchy& hierarchy, const TlsSetup& setup);
/// The usual server under changed recipes.
Scene scene(Workshop& workshop, const Recipes& recipes);

/// A sound TLS server for shop.example, as the other branch of a fault that strikes only sometimes.
struct Sound {
  Hierarchy hierarchy;
  Action serve;
};
Sound sound(Workshop& workshop, std::uint16_t highest = 0x0304);

}  // namespace whytls::lab
