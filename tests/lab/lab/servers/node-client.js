// SPDX-License-Identifier: Apache-2.0
// A referee: node node-client.js '{"host":…,"port":…,"servername":…}' [CA-FILE]
'use strict';
const fs = require('fs');
const tls = require('tls');

const options = JSON.parse(process.argv[2]);
if (process.argv[3]) options.ca = fs.readFileSync(process.argv[3]);
const socket = tls.connect(options, () => {
  console.log(`CONNECTION ESTABLISHED ${socket.getProtocol()} ${JSON.stringify(socket.getEphemeralKeyInfo())}`);
  process.stdin.pipe(socket);
});
socket.on('data', (data) => process.stdout.write(data));
socket.on('error', (error) => { console.log(`:error: ${error.code} ${error.message}`); process.exit(1); });
