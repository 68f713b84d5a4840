// SPDX-License-Identifier: Apache-2.0
// PKCS #11 (OASIS, v2.40) as far as it takes to ask a module that holds trust: sessions, searches, attributes. The types are written out
// here, since a machine that has such a module need not have its headers.
#include <dlfcn.h>

#include <array>

#include "base/text.h"
#include "sources/system/trust_reading.h"
#include "x509/outline.h"

namespace whytls::system {
namespace {

using Value = unsigned long;  // CK_ULONG

struct Attribute {
  Value type;
  void* value;
  Value size;
};

using Unused = void (*)();
/// CK_FUNCTION_LIST up to what is called here; the order is that of the standard.
struct Functions {
  std::array<unsigned char, 2> version;
  Value (*initialize)(void*);
  Value (*finalize)(void*);
  std::array<Unused, 2> info_and_list;
  Value (*slots)(unsigned char, Value*, Value*);
  std::array<Unused, 7> slot_info_to_set_pin;
  Value (*open_session)(Value, Value, void*, void*, Value*);
  Value (*close_session)(Value);
  std::array<Unused, 10> close_all_to_object_size;
  Value (*attributes)(Value, Value, Attribute*, Value);
  std::array<Unused, 1> set_attributes;
  Value (*find_init)(Value, Attribute*, Value);
  Value (*find)(Value, Value*, Value, Value*);
  Value (*find_final)(Value);
};
using FunctionList = Value (*)(Functions**);

constexpr Value ok = 0, already_initialized = 0x191, serial_session = 4, unavailable = ~Value{0};
constexpr Value class_attribute = 0, value_attribute = 0x11, issuer_attribute = 0x81, serial_attribute = 0x82, subject_attribute = 0x101;
constexpr Value certificate_class = 1;
// NSS's own (pkcs11n.h), which p11-kit's trust module answers too.
constexpr Value nss = 0xce534350, trust_class = nss + 3, distrust_after_attribute = nss + 35, server_auth_attribute = nss + 0x2000 + 8;
constexpr std::size_t most_slots = 16, most_objects = 16;
constexpr Value largest_value = 65536;

/// The module's functions, started; null with the reason in `problem`.
Functions* start(const std::string& path, bool& started, std::string& problem) {
  // Never closed: what such a library has started in this process does not always end with it.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    problem = "its module cannot be loaded";
    return nullptr;
  }
  Functions* out = nullptr;
  const auto list = reinterpret_cast<FunctionList>(dlsym(library, "C_GetFunctionList"));  // NOLINT: that is what dlsym is for
  if (list == nullptr || list(&out) != ok || out == nullptr) {
    problem = "its module is none of PKCS #11";
    return nullptr;
  }
  const Value answer = out->initialize(nullptr);
  started = answer == ok;
  if (started || answer == already_initialized) return out;
  problem = "its module does not start";
  return nullptr;
}

class Module {
 public:
  Module(Functions& functions, bool started) : functions_(functions), started_(started) {}
  ~Module() {
    if (started_) functions_.finalize(nullptr);
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  std::vector<Value> sessions() {
    std::array<Value, most_slots> ids{};
    Value count = ids.size();
    std::vector<Value> out;
    if (functions_.slots(1, ids.data(), &count) != ok) return out;
    for (std::size_t i = 0; i < std::min<std::size_t>(count, ids.size()); ++i) {
      Value session = 0;
      if (functions_.open_session(ids.at(i), serial_session, nullptr, nullptr, &session) == ok) out.push_back(session);
    }
    return out;
  }
  void close(Value session) { functions_.close_session(session); }

  std::vector<Value> find(Value session, Value object_class, std::vector<Attribute> wanted) {
    wanted.push_back({class_attribute, &object_class, sizeof object_class});
    std::array<Value, most_objects> objects{};
    Value count = 0;
    if (functions_.find_init(session, wanted.data(), wanted.size()) != ok) return {};
    if (functions_.find(session, objects.data(), objects.size(), &count) != ok) count = 0;
    functions_.find_final(session);
    return {objects.begin(), objects.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, objects.size()))};
  }

  base::Bytes get(Value session, Value object, Value type) {
    Attribute attribute{type, nullptr, 0};
    if (functions_.attributes(session, object, &attribute, 1) != ok || attribute.size == unavailable || attribute.size > largest_value)
      return {};
    base::Bytes out(attribute.size);
    attribute.value = out.data();
    if (functions_.attributes(session, object, &attribute, 1) != ok || attribute.size > out.size()) return {};
    out.resize(attribute.size);
    return out;
  }

  std::optional<Value> number(Value session, Value object, Value type) {
    Value out = 0;
    Attribute attribute{type, &out, sizeof out};
    return functions_.attributes(session, object, &attribute, 1) == ok && attribute.size == sizeof out ? std::optional(out) : std::nullopt;
  }

 private:
  Functions& functions_;
  bool started_;
};

Attribute attribute_of(Value type, base::Bytes& bytes) { return {type, bytes.data(), bytes.size()}; }

/// What the trust record beside a certificate says; nothing where there is none.
std::optional<Value> server_auth(Module& module, Value session, Value object) {
  base::Bytes issuer = module.get(session, object, issuer_attribute);
  base::Bytes serial = module.get(session, object, serial_attribute);
  for (const Value record :
       module.find(session, trust_class, {attribute_of(issuer_attribute, issuer), attribute_of(serial_attribute, serial)}))
    if (const auto trust = module.number(session, record, server_auth_attribute)) return trust;
  return std::nullopt;
}

void read_session(Module& module, Value session, const Wanted& wanted, Reading& out) {
  for (base::Bytes name : wanted.names()) {
    for (const Value object : module.find(session, certificate_class, {attribute_of(subject_attribute, name)})) {
      x509::Certificate certificate = x509::examine(module.get(session, object, value_attribute));
      if (certificate.handle == nullptr) continue;
      const auto after = nss_distrust_after(module.get(session, object, distrust_after_attribute));
      out.anchors.push_back({std::move(certificate), nss_distrust(server_auth(module, session, object)), after});
    }
  }
}

}  // namespace

std::string nss_distrust(std::optional<unsigned long> trust) {
  // CKT_NSS_TRUSTED, _TRUSTED_DELEGATOR, _MUST_VERIFY_TRUST and _NOT_TRUSTED, of which only the second makes an anchor.
  constexpr unsigned long trusted = nss + 1, trusted_delegator = nss + 2, not_trusted = nss + 10;
  if (!trust) return "it is there without being trusted";
  if (*trust == trusted_delegator || *trust == trusted) return {};
  return *trust == not_trusted ? "it is marked as not to be trusted" : "it is there, and not trusted for servers";
}

std::optional<base::Time> nss_distrust_after(base::ByteView value) {
  constexpr std::uint8_t utc_time = 0x17, generalized_time = 0x18;
  if (value.size() < 13) return std::nullopt;
  return x509::asn1_time({value.size() == 13 ? utc_time : generalized_time, value, value});
}

void read_pkcs11_module(const std::string& path, const Wanted& wanted, Reading& out) {
  out.path = path;
  bool started = false;
  Functions* functions = start(path, started, out.problem);
  if (functions == nullptr) return;
  Module module(*functions, started);
  const std::vector<Value> sessions = module.sessions();
  if (sessions.empty()) out.problem = "its module holds no token";
  for (const Value session : sessions) {
    read_session(module, session, wanted, out);
    module.close(session);
  }
}

}  // namespace whytls::system
