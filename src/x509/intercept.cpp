// SPDX-License-Identifier: Apache-2.0
#include "x509/intercept.h"

#include <array>
#include <string_view>

#include "base/text.h"

namespace whytls::x509 {
namespace {

/// Words as the products' default certificates have them. `where`: which attribute of the issuer has to hold them, so that a vendor's
/// public CA or own web site is not taken for its filter.
enum class Where : std::uint8_t { anywhere, common_name, organization };
struct Mark {
  std::string_view product;
  std::string_view words;  ///< lower case
  Where where = Where::anywhere;
  bool debugger = false;
};

constexpr std::array marks{
    Mark{"Zscaler", "zscaler"},
    Mark{"Fortinet FortiGate", "fortigate"},
    Mark{"Fortinet FortiGate", "fortinet", Where::organization},
    Mark{"Palo Alto Networks", "palo alto networks"},
    Mark{"Palo Alto Networks", "palo alto decryption", Where::common_name},
    Mark{"Blue Coat ProxySG", "blue coat"},
    Mark{"Blue Coat ProxySG", "bluecoat"},
    Mark{"Blue Coat ProxySG", "proxysg"},
    Mark{"Symantec Web Security Service", "cloud services root ca - blue coat"},
    Mark{"Symantec Web Security Service", "symantec web security service"},
    Mark{"Sophos", "sophos"},
    Mark{"Netskope", "netskope"},
    Mark{"Netskope", "goskope"},
    Mark{"Cisco Umbrella", "cisco umbrella"},
    Mark{"Cisco Secure Web Appliance", "ironport"},
    Mark{"Cisco Secure Web Appliance", "cisco web security appliance"},
    Mark{"Cisco Firepower", "firepower", Where::common_name},
    Mark{"Forcepoint", "forcepoint"},
    Mark{"Forcepoint (Websense)", "websense"},
    Mark{"Kaspersky", "kaspersky"},
    Mark{"Avast", "avast"},
    Mark{"AVG", "avg web/mail shield"},
    Mark{"AVG", "avg technologies"},
    Mark{"ESET", "eset ssl filter"},
    Mark{"ESET", "eset, spol"},
    Mark{"Bitdefender", "bitdefender"},
    Mark{"Norton", "norton web/mail shield"},
    Mark{"G DATA", "g data mail gateway"},
    Mark{"Dr.Web", "dr.web"},
    Mark{"BullGuard", "bullguard"},
    Mark{"AdGuard", "adguard"},
    Mark{"Check Point", "check point"},
    Mark{"Check Point", "checkpoint", Where::organization},
    Mark{"Barracuda", "barracuda"},
    Mark{"WatchGuard", "watchguard"},
    Mark{"WatchGuard", "fireware https proxy"},
    Mark{"SonicWall", "sonicwall"},
    Mark{"Untangle", "untangle"},
    Mark{"Cloudflare Gateway", "gateway ca - cloudflare managed"},
    Mark{"Cloudflare Gateway", "cloudflare for teams"},
    Mark{"Cloudflare Gateway", "cloudflare zero trust"},
    Mark{"Trend Micro", "trend micro interscan"},
    Mark{"Trend Micro", "interscan web security"},
    Mark{"Trend Micro", "trend micro web"},
    Mark{"McAfee Web Gateway", "mcafee web gateway"},
    Mark{"Skyhigh Secure Web Gateway", "skyhigh"},
    Mark{"Smoothwall", "smoothwall"},
    Mark{"iboss", "iboss"},
    Mark{"iboss", "phantom technologies"},
    Mark{"ContentKeeper", "contentkeeper"},
    Mark{"Lightspeed", "lightspeed systems"},
    Mark{"Lightspeed", "lightspeed rocket"},
    Mark{"Lightspeed", "lightspeed filter"},
    Mark{"Securly", "securly"},
    Mark{"Linewize", "linewize"},
    Mark{"GoGuardian", "goguardian"},
    Mark{"Menlo Security", "menlo security"},
    Mark{"A10 Networks", "a10 networks", Where::organization},
    Mark{"F5 SSL Orchestrator", "ssl orchestrator"},
    Mark{"F5 SSL Orchestrator", "sslo ca", Where::common_name},
    Mark{"Clearswift", "clearswift"},
    Mark{"Trustwave", "trustwave secure web gateway"},
    Mark{"Sangfor", "sangfor"},
    Mark{"Hillstone", "hillstone"},
    Mark{"Huawei firewall", "huawei usg"},
    Mark{"Stormshield", "stormshield"},
    Mark{"Endian", "endian firewall"},
    Mark{"pfSense", "pfsense"},
    Mark{"OPNsense", "opnsense"},
    Mark{"Squid", "squid proxy"},
    Mark{"Squid", "squid ca"},
    Mark{"Squid", "squid-cache"},
    Mark{"Privoxy", "privoxy"},
    Mark{"Superfish", "superfish"},
    Mark{"Komodia", "komodia"},
    Mark{"Lenovo or Dell root", "edellroot"},
    Mark{"Qustodio", "qustodio"},
    Mark{"Net Nanny", "contentwatch"},
    Mark{"Covenant Eyes", "covenant eyes"},
    Mark{"mitmproxy", "mitmproxy", Where::anywhere, true},
    Mark{"Charles", "charles proxy", Where::anywhere, true},
    Mark{"Charles", "xk72", Where::organization, true},
    Mark{"Fiddler", "do_not_trust_fiddler", Where::anywhere, true},
    Mark{"Fiddler", "fiddler root", Where::anywhere, true},
    Mark{"Burp Suite", "portswigger", Where::anywhere, true},
    Mark{"OWASP ZAP", "owasp zap", Where::anywhere, true},
    Mark{"OWASP ZAP", "zed attack proxy", Where::anywhere, true},
    Mark{"Proxyman", "proxyman", Where::anywhere, true},
    Mark{"HTTP Toolkit", "http toolkit", Where::anywhere, true},
    Mark{"AnyProxy", "anyproxy", Where::anywhere, true},
    Mark{"Whistle", "whistle.", Where::common_name, true},
    Mark{"PolarProxy", "polarproxy", Where::anywhere, true},
};

std::string_view field(const Certificate& c, Where where) {
  if (where == Where::common_name) return c.issuer_common_name;
  return where == Where::organization ? c.issuer_organization : c.issuer;
}

}  // namespace

std::optional<Interception> intercepted_by(const std::vector<Certificate>& chain) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    for (const Mark& mark : marks) {
      if (base::lower(field(chain[i], mark.where)).find(mark.words) == std::string::npos) continue;
      return Interception{std::string(mark.product), "issuer " + chain[i].issuer, i, mark.debugger};
    }
  }
  return std::nullopt;
}

}  // namespace whytls::x509
