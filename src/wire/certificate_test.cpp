// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wire/handshake.h"

namespace whytls::wire {
namespace {

using base::Bytes;
using U16s = std::vector<std::uint16_t>;

TEST(Certificate, OfTls12IsAListOfCertificates) {
  const Bytes body{0, 0, 9, 0, 0, 2, 0x30, 1, 0, 0, 1, 0x31};
  const CertificateMessage read = parse_certificate(body, false);
  ASSERT_FALSE(read.malformed);
  ASSERT_EQ(read.entries.size(), 2U);
  EXPECT_EQ(read.entries[0].der, (Bytes{0x30, 1}));
  EXPECT_EQ(read.entries[1].der, (Bytes{0x31}));
  EXPECT_EQ(build(read, false), body);
}

TEST(Certificate, OfTls13HasAContextAndExtensions) {
  const Bytes body{1, 0xcc, 0, 0, 14, 0, 0, 1, 0x30, 0, 8, 0, 5, 0, 4, 1, 0, 0, 0};
  const CertificateMessage read = parse_certificate(body, true);
  ASSERT_FALSE(read.malformed);
  EXPECT_EQ(read.request_context, (Bytes{0xcc}));
  ASSERT_EQ(read.entries.size(), 1U);
  ASSERT_EQ(read.entries[0].extensions.size(), 1U);
  EXPECT_EQ(read.entries[0].extensions[0].type, 5);
  EXPECT_EQ(build(read, true), body);
  EXPECT_TRUE(parse_certificate(body, false).malformed) << "the other form";
}

TEST(Certificate, AnEmptyListIsLegal) {
  EXPECT_FALSE(parse_certificate(Bytes{0, 0, 0}, false).malformed);
  EXPECT_FALSE(parse_certificate(Bytes{0, 0, 0, 0}, true).malformed);
}

TEST(Certificate, KeepsTheLinksBeforeABrokenOne) {
  const CertificateMessage read = parse_certificate(Bytes{0, 0, 8, 0, 0, 1, 0x30, 0, 0, 9, 0x31}, false);
  ASSERT_TRUE(read.malformed);
  EXPECT_EQ(read.malformed->field, "cert_data");
  EXPECT_EQ(read.malformed->offset, 10U);
  EXPECT_EQ(read.entries.size(), 1U);
}

TEST(Certificate, AnEmptyCertificateIsRefused) {
  EXPECT_EQ(parse_certificate(Bytes{0, 0, 3, 0, 0, 0}, false).malformed->field, "cert_data");
}

TEST(CertificateStatus, HoldsOneResponseOrAListOfThem) {
  EXPECT_EQ(parse_certificate_status(Bytes{1, 0, 0, 2, 8, 9}), (Bytes{8, 9}));
  EXPECT_EQ(parse_certificate_status(Bytes{2, 0, 0, 9, 0, 0, 2, 8, 9, 0, 0, 1, 7}), (Bytes{8, 9}));
  EXPECT_FALSE(parse_certificate_status(Bytes{1, 0, 0, 0}));
  EXPECT_FALSE(parse_certificate_status(Bytes{1, 0, 0, 3, 8, 9}));
  EXPECT_FALSE(parse_certificate_status(Bytes{3, 0, 0, 1, 8}));
  EXPECT_FALSE(parse_certificate_status({}));
}

TEST(CertificateRequest, OfTls12HasTypesAlgorithmsAndNames) {
  const Bytes body{2, 1, 64, 0, 4, 4, 1, 5, 3, 0, 4, 0, 2, 0x30, 0};
  const CertificateRequest read = parse_certificate_request(body, 0x0303);
  ASSERT_FALSE(read.malformed);
  EXPECT_EQ(read.certificate_types, (std::vector<std::uint8_t>{1, 64}));
  EXPECT_EQ(read.signature_algorithms, (U16s{0x0401, 0x0503}));
  EXPECT_EQ(read.authorities, (std::vector<Bytes>{{0x30, 0}}));
  EXPECT_TRUE(parse_certificate_request(body, 0x0302).malformed) << "before TLS 1.2 the names follow the types";
}

TEST(CertificateRequest, OfTls11HasNoAlgorithms) {
  const CertificateRequest read = parse_certificate_request(Bytes{1, 1, 0, 0}, 0x0302);
  EXPECT_FALSE(read.malformed);
  EXPECT_TRUE(read.signature_algorithms.empty());
  EXPECT_TRUE(parse_certificate_request(Bytes{1, 1, 0}, 0x0302).malformed);
}

TEST(CertificateRequest, OfTls13HasItAllInExtensions) {
  const Bytes body{0, 0, 18, 0, 13, 0, 4, 0, 2, 8, 4, 0, 47, 0, 6, 0, 4, 0, 2, 0x30, 0};
  const CertificateRequest read = parse_certificate_request(body, 0x0304);
  ASSERT_FALSE(read.malformed) << read.malformed->text();
  EXPECT_EQ(read.signature_algorithms, U16s{0x0804});
  EXPECT_EQ(read.authorities, (std::vector<Bytes>{{0x30, 0}}));
  EXPECT_EQ(read.extensions.size(), 2U);
  EXPECT_TRUE(parse_certificate_request(base::ByteView(body).first(20), 0x0304).malformed);
}

TEST(CertificateVerify, HasASchemeFromTls12On) {
  const CertificateVerify with = parse_certificate_verify(Bytes{8, 4, 0, 2, 1, 2}, 0x0304);
  EXPECT_FALSE(with.malformed);
  EXPECT_EQ(with.signature_scheme, 0x0804);
  EXPECT_EQ(with.signature, (Bytes{1, 2}));
  const CertificateVerify without = parse_certificate_verify(Bytes{0, 2, 1, 2}, 0x0301);
  EXPECT_FALSE(without.malformed);
  EXPECT_EQ(without.signature_scheme, 0);
  EXPECT_TRUE(parse_certificate_verify(Bytes{0, 2, 1, 2}, 0x0303).malformed);
}

TEST(NewSessionTicket, DiffersBetweenTls12AndTls13) {
  const NewSessionTicket old = parse_new_session_ticket(Bytes{0, 0, 1, 44, 0, 2, 5, 6}, false);
  EXPECT_FALSE(old.malformed);
  EXPECT_EQ(old.lifetime, 300U);
  EXPECT_EQ(old.ticket, (Bytes{5, 6}));
  const Bytes body{0, 0, 28, 32, 1, 2, 3, 4, 1, 0, 0, 1, 5, 0, 0};
  const NewSessionTicket ticket = parse_new_session_ticket(body, true);
  EXPECT_FALSE(ticket.malformed);
  EXPECT_EQ(ticket.lifetime, 7200U);
  EXPECT_EQ(ticket.ticket, (Bytes{5}));
  EXPECT_TRUE(parse_new_session_ticket(body, false).malformed);
  EXPECT_TRUE(parse_new_session_ticket(base::ByteView(body).first(10), true).malformed);
}

}  // namespace
}  // namespace whytls::wire
