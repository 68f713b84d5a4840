// SPDX-License-Identifier: Apache-2.0
#include "lab/client_certificates.h"

namespace whytls::lab {

Clients::Clients(Workshop& workshop)
    : workshop_(workshop), hierarchy_(lab::issue(workshop)), authority_(workshop.mint(x509::root_recipe("Whytls Lab Client CA"))) {
  setup = hierarchy_.setup();
  setup.client_ca = authority_.certificate;
}

x509::Minted Clients::issue(const x509::Recipe& recipe) const { return workshop_.mint(recipe, &authority_); }

Scene Clients::scene(const std::optional<x509::Minted>& shown) const {
  Scene out = lab::scene(workshop_, hierarchy_, setup);
  if (!shown || workshop_.failure()) return out;
  return std::move(out).with(
      {"--cert", workshop_.file("client.pem", shown->pem()), "--key", workshop_.file("client.key", shown->key_pem())});
}

}  // namespace whytls::lab
