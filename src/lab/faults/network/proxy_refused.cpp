// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault network_proxy_refused;
const Fault network_proxy_refused{
    .id = "network.proxy-refused",
    .title = "an HTTP proxy that wants a password",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = [](Visit& visit) {
        while (const auto line = visit.read_line())
          if (line->empty()) break;
        visit.write("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"lab\"\r\nContent-Length: 0\r\n\r\n");
        visit.stream.close();
      };
      out.words = {"shop.example", "--connect", "192.0.2.1:443", "--proxy", "http://{address}"};
      return out;
    },
};

}  // namespace whytls::lab
