// SPDX-License-Identifier: Apache-2.0
// Hostile bytes as a record, a key share, a signature or a certificate: refused or taken, never more than they hold.
#include <cstdlib>

#include "crypto/key_exchange.h"
#include "crypto/record_cipher.h"
#include "crypto/signature.h"

using namespace whytls;

namespace {

void open_record(std::uint8_t choice, base::ByteView input) {
  constexpr std::uint16_t suites[]{0x002f, 0x003c, 0x009c, 0xc09c, 0xc0a0, 0xcca8, 0x0002, 0x1301};
  const registry::Suite& suite = *registry::suite(suites[choice & 7U]);
  const std::uint16_t version = suite.min_version >= 0x0304 ? 0x0304 : (choice & 8U) != 0 && suite.min_version <= 0x0301 ? 0x0301 : 0x0303;
  const crypto::KeySizes sizes = crypto::key_sizes(suite, version).value();
  const crypto::DirectionKeys keys{base::Bytes(sizes.mac, 1), base::Bytes(sizes.key, 2), base::Bytes(sizes.iv, 3)};
  const bool etm = (choice & 16U) != 0;
  const auto opened = crypto::make_record_cipher(suite, version, keys, crypto::Direction::open, etm)->open(23, 0x0303, input);
  if (opened && opened->plain.size() > input.size()) std::abort();
  const auto sealed = crypto::make_record_cipher(suite, version, keys, crypto::Direction::seal, etm)->seal(23, 0x0303, input);
  const auto again = crypto::make_record_cipher(suite, version, keys, crypto::Direction::open, etm)->open(23, 0x0303, sealed.value());
  if (!again || !std::equal(again->plain.begin(), again->plain.end(), input.begin(), input.end())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 16384) return 0;
  const base::ByteView input(data + 1, size - 1);
  static const crypto::EphemeralKey keys[]{crypto::EphemeralKey::generate(0x17).value(), crypto::EphemeralKey::generate(0x1d).value()};
  static const crypto::Key signer(EVP_PKEY_Q_keygen(crypto::context(), nullptr, "EC", "P-256"), EVP_PKEY_free);
  open_record(data[0], input);
  for (const crypto::EphemeralKey& key : keys) {
    const auto secret = key.shared_secret(input);
    if (secret && secret->size() != 32) std::abort();
  }
  if (crypto::verify(signer.get(), 0x0403, {}, input) == crypto::Verdict::valid) std::abort();
  const crypto::Key key = crypto::certificate_key(input);
  if (key && crypto::key_type(key.get()).empty()) std::abort();
  return 0;
}
