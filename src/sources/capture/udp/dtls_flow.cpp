// SPDX-License-Identifier: Apache-2.0
#include "sources/capture/udp/dtls_flow.h"

#include <algorithm>

#include "registry/registry.h"
#include "sources/capture/tls/ending.h"

namespace whytls::sources::capture::udp {
namespace {

using observe::Event;
using wire::ContentType;
using wire::HandshakeType;
namespace version = registry::version;

constexpr std::uint16_t encrypt_then_mac = 22, connection_id = 54;  // RFC 7366, RFC 9146
/// DTLS 1.3 (RFC 9147 6.1): handshake and application keys.
constexpr unsigned handshake_epoch = 2, application_epoch = 3;

/// Who sends a message of that type; nothing where both do.
std::optional<bool> sent_by_client(HandshakeType type) {
  switch (type) {
    case HandshakeType::client_hello:
    case HandshakeType::client_key_exchange:
      return true;
    case HandshakeType::server_hello:
    case HandshakeType::hello_verify_request:
    case HandshakeType::server_key_exchange:
    case HandshakeType::certificate_request:
    case HandshakeType::server_hello_done:
      return false;
    default:
      return std::nullopt;
  }
}

std::optional<std::size_t> asked_connection_id(const std::vector<wire::Extension>& extensions) {
  const wire::Extension* const found = wire::find_extension(extensions, connection_id);
  if (found == nullptr || found->data.empty() || found->data[0] + std::size_t{1} != found->data.size()) return std::nullopt;
  return found->data[0];
}

Event::Kind kind_of(ContentType type) {
  return type == ContentType::handshake ? Event::Kind::handshake
         : type == ContentType::alert   ? Event::Kind::alert
                                        : Event::Kind::application_data;
}

bool refused(const std::vector<Event>& events) {
  return std::any_of(events.begin(), events.end(), [](const Event& each) {
    return each.kind == Event::Kind::alert && !each.opaque && each.alert.level == 2 && each.alert.description != 0;
  });
}

}  // namespace

void DtlsFlow::begin(const Moment& when) {
  halves_ = {};
  decryptor_.reset();
  secrets_ = Secrets::none;
  client_random_.clear();
  tls13_ = offers_encrypt_then_mac_ = told_ = false;
  recorder_ = std::make_unique<Recorder>(Carrier::dtls, ends_[0], ends_[1], when, ++context_.connections);
}

void DtlsFlow::feed(End from, base::ByteView datagram, const Moment& when) {
  const std::size_t size = datagram.size();
  bool any = false;
  while (const auto record = wire::next_dtls_record(datagram, connection_id_for(from))) {
    const base::ByteView header = datagram.first(record->size - record->fragment.size());
    datagram = datagram.subspan(record->size);
    if (!recorder_ && !told_) begin(when);
    any = true;
    on_record(from, *record, header, when);
  }
  if (!any || !recorder_) return;
  recorder_->datagram(from, size, when);
  if (nothing_more_to_learn()) tell(StreamReader::Over::closed);
}

void DtlsFlow::on_record(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when) {
  if (record.unified || record.epoch > 0) {
    if (recorder_) on_protected(from, record, header, when);
  } else if (record.type == ContentType::handshake) {
    on_fragments(from, record.fragment, false, when);
  } else if (recorder_) {
    on_clear(from, record, when);
  }
}

void DtlsFlow::on_fragments(End from, base::ByteView fragments, bool encrypted, const Moment& when) {
  base::Reader reader(fragments);
  while (!reader.empty()) {
    const auto fragment = wire::read_dtls_fragment(reader);
    if (!fragment) break;
    if (!encrypted && starts_anew(from, *fragment)) {
      if (recorder_) tell(StreamReader::Over::reused);
      begin(when);
    }
    if (!recorder_) continue;
    const bool client_speaks = sent_by_client(fragment->type).value_or(false);
    if (sent_by_client(fragment->type)) recorder_->client_is(client_speaks ? from : other(from));
    if (!half(from).assembler.add(*fragment, {when.packet, when.at}) && fragment->offset == 0) recorder_->repeated(from);
  }
  if (recorder_) drain(from, encrypted, false);
}

/// RFC 6347 4.2.2: message_seq begins with 0 in each handshake. The same ClientHello again is a retransmission.
bool DtlsFlow::starts_anew(End from, const wire::DtlsFragment& fragment) const {
  if (fragment.type != HandshakeType::client_hello || fragment.sequence != 0) return false;
  const base::Bytes& known = half(from).first_hello;
  if (known.empty()) return told_;
  return fragment.length != known.size() ||
         !std::equal(fragment.body.begin(), fragment.body.end(), known.begin() + static_cast<std::ptrdiff_t>(fragment.offset));
}

void DtlsFlow::drain(End from, bool encrypted, bool pass_over_holes) {
  wire::DtlsAssembler& assembler = half(from).assembler;
  while (auto message = pass_over_holes ? assembler.next_whole() : assembler.next()) on_message(from, std::move(*message), encrypted);
}

void DtlsFlow::on_message(End from, wire::DtlsAssembler::Message&& message, bool encrypted) {
  ++half(from).handed_out;
  if (message.message.type == HandshakeType::client_hello) on_client_hello(from, message);
  if (message.message.type == HandshakeType::server_hello) on_server_hello(from, message.message);
  const Moment when{message.mark.packet, message.mark.at};
  recorder_->message(from, std::move(message.message), message.size, encrypted, when);
}

void DtlsFlow::on_client_hello(End from, const wire::DtlsAssembler::Message& message) {
  if (message.sequence == 0) half(from).first_hello = message.sent;
  const wire::ClientHello hello = wire::parse_client_hello(message.message.body());
  client_random_ = hello.random;
  offers_encrypt_then_mac_ = wire::find_extension(hello.extensions, encrypt_then_mac) != nullptr;
  half(from).connection_id = asked_connection_id(hello.extensions);
}

void DtlsFlow::on_server_hello(End from, const wire::HandshakeMessage& message) {
  const wire::ServerHello hello = wire::parse_server_hello(message.body());
  tls13_ = hello.version() == version::dtls13;
  half(from).connection_id = asked_connection_id(hello.extensions);
  if (context_.keys == nullptr || hello.hello_retry_request()) return;
  if (tls13_) return install_secrets(hello.cipher_suite);
  const bool etm = offers_encrypt_then_mac_ && wire::find_extension(hello.extensions, encrypt_then_mac) != nullptr;
  decryptor_ = Decryptor::of(*context_.keys, {client_random_, hello.random, hello.version(), hello.cipher_suite, etm});
}

/// RFC 9146 3: only where both sides have the extension; a side sends the id that the other one asked for.
std::size_t DtlsFlow::connection_id_for(End sender) const {
  const auto& wanted = half(other(sender)).connection_id;
  return wanted && half(sender).connection_id ? *wanted : 0;
}

void DtlsFlow::on_clear(End from, const wire::DtlsRecord& record, const Moment& when) {
  if (record.type == ContentType::alert) {
    if (const auto alert = wire::parse_alert(record.fragment)) recorder_->alert(from, *alert, false, when);
  } else if (record.type == ContentType::change_cipher_spec) {
    Half& one = half(from);
    if (one.changed_cipher) return recorder_->repeated(from);
    one.changed_cipher = true;
    recorder_->change_cipher_spec(from, record.fragment.size(), when);
  }
}

void DtlsFlow::on_protected(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when) {
  // What a side said first may be lost (a capture that begins after a HelloVerifyRequest). Now its hello is needed, for keys.
  for (const End end : {End::opener, End::answerer})
    if (half(end).handed_out == 0 && half(end).assembler.waiting()) drain(end, false, true);
  Half& one = half(from);
  one.application_epoch |= record.unified && record.epoch == application_epoch;
  if (record.unified ? open_unified(from, record, header, when) : open_record(from, record, when)) return;
  const bool finished = !record.unified && record.type == ContentType::handshake;
  if (finished && one.finished) return recorder_->repeated(from);  // each retransmission has a number of its own
  one.finished |= finished;
  recorder_->opaque(from, kind_of(record.type), record.fragment.size(), when);
}

bool DtlsFlow::open_record(End from, const wire::DtlsRecord& record, const Moment& when) {
  // RFC 9146 5.3: with connection ids records are authenticated in another way, which is not done here.
  if (!decryptor_ || record.type == ContentType::tls12_cid) return false;
  const std::uint64_t number = std::uint64_t{record.epoch} << 48U | record.sequence;
  const auto plain = decryptor_->open_at(recorder_->side(from), number, record.type, record.version, record.fragment);
  if (!plain) return false;
  on_opened(from, plain->type, plain->bytes, when);
  return true;
}

/// RFC 9147 4: of the epoch only two bits are sent; those of a handshake are 2 and, for the application, 3.
bool DtlsFlow::open_unified(End from, const wire::DtlsRecord& record, base::ByteView header, const Moment& when) {
  constexpr std::uint8_t has_connection_id = 0x10;
  Half& one = half(from);
  crypto::Dtls13Opener* const keys = record.epoch == handshake_epoch     ? one.handshake.get()
                                     : record.epoch == application_epoch ? one.application.get()
                                                                         : nullptr;
  if (keys == nullptr) return false;
  const bool named = !header.empty() && (header[0] & has_connection_id) != 0;
  const auto opened = keys->open(header, record.fragment, named ? connection_id_for(from) : 0);
  if (secrets_ != Secrets::open && (opened || record.epoch == handshake_epoch)) secrets_ = opened ? Secrets::open : Secrets::useless;
  if (!opened) return false;
  on_opened(from, ContentType{opened->type}, opened->plain, when);
  return true;
}

void DtlsFlow::on_opened(End from, ContentType type, base::ByteView plain, const Moment& when) {
  constexpr ContentType acknowledgement{26};  // RFC 9147 7
  recorder_->opened(from);
  if (type == ContentType::handshake) {
    half(from).finished = true;
    on_fragments(from, plain, true, when);
  } else if (type == ContentType::alert) {
    if (const auto alert = wire::parse_alert(plain)) recorder_->alert(from, *alert, true, when);
  } else if (type != acknowledgement) {
    recorder_->data(from, plain.size(), when);
  }
}

void DtlsFlow::install_secrets(std::uint16_t code) {
  const registry::Suite* const suite = registry::suite(code);
  if (suite == nullptr || half(End::opener).handshake || half(End::answerer).handshake) return;
  const auto make = [&](Secret what) { return crypto::Dtls13Opener::make(*suite, context_.keys->find(what, client_random_)); };
  const End client = recorder_->client().value_or(End::opener);
  half(client).handshake = make(Secret::client_handshake);
  half(client).application = make(Secret::client_application);
  half(other(client)).handshake = make(Secret::server_handshake);
  half(other(client)).application = make(Secret::server_application);
}

bool DtlsFlow::established() const {
  if (!tls13_) return observed_established(recorder_->events(), false, 0);
  // RFC 9147 6.1: a client has keys of the application once it took the server's Finished, and an established server acknowledges.
  return half(End::opener).application_epoch && half(End::answerer).application_epoch && !refused(recorder_->events());
}

bool DtlsFlow::nothing_more_to_learn() const {
  return !decryptor_ && !half(End::opener).application && recorder_->protected_records(End::opener) >= enough_protected &&
         recorder_->protected_records(End::answerer) >= enough_protected && established();
}

void DtlsFlow::tell(StreamReader::Over why) {
  const bool done = established();
  for (const End end : {End::opener, End::answerer}) {
    if (!done) recorder_->lost(end, half(end).assembler.missing());
    drain(end, false, true);
    half(end).assembler = {};
    half(end).handshake.reset();
    half(end).application.reset();
  }
  told_ = true;
  Handshake handshake = recorder_->take(done, why);
  handshake.secrets = decryptor_ ? decryptor_->use() : secrets_;
  decryptor_.reset();
  recorder_.reset();
  context_.sink(std::move(handshake));
}

void DtlsFlow::over(StreamReader::Over why) {
  if (recorder_) tell(why);
}

void DtlsFlow::unreachable(const IcmpError& error) {
  if (recorder_) recorder_->unreachable(static_cast<std::uint16_t>(error.type << 8U | error.code), error.from.text());
}

std::size_t DtlsFlow::memory() const {
  std::size_t bytes = sizeof(DtlsFlow) + (recorder_ ? recorder_->memory() : 0);
  for (const Half& one : halves_) bytes += one.assembler.memory() + one.first_hello.capacity();
  return bytes;
}

}  // namespace whytls::sources::capture::udp
