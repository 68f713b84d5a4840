// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/community_id.h"

#include <gtest/gtest.h>

namespace whytls::sources::capture {
namespace {

Endpoint at(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
  Endpoint out;
  out.address.bytes = {a, b, c, d};
  out.port = port;
  return out;
}

// The specification's own example of TCP over IPv4.
TEST(CommunityId, IsThatOfTheSpecificationWhicheverWayTheFlowIsSeen) {
  const Endpoint client = at(128, 232, 110, 120, 34855), server = at(66, 35, 250, 204, 80);
  EXPECT_EQ(community_id(client, server, false), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(community_id(server, client, false), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_NE(community_id(client, server, true), community_id(client, server, false));
}

}  // namespace
}  // namespace whytls::sources::capture
