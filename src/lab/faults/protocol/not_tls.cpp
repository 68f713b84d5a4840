// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"
#include "lab/scene.h"

namespace whytls::lab {

extern const Fault protocol_not_tls;
const Fault protocol_not_tls{
    .id = "protocol.not-tls",
    .title = "a plain HTTP server",
    .prepare = [](Workshop&) -> Scene {
      Scene out;
      out.serve = [](Visit& visit) {
        visit.read();
        visit.write("HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        visit.stream.close();
      };
      return out;
    },
};

}  // namespace whytls::lab
