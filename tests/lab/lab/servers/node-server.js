// SPDX-License-Identifier: Apache-2.0
// A TLS server for the lab: node node-server.js '{"address":…,"port":…,"cert":…,"key":…,"options":{…}}'
'use strict';
const fs = require('fs');
const tls = require('tls');

const settings = JSON.parse(process.argv[2]);
const options = { cert: fs.readFileSync(settings.cert), key: fs.readFileSync(settings.key), ...settings.options };
if (settings.ca) Object.assign(options, { ca: fs.readFileSync(settings.ca), requestCert: true, rejectUnauthorized: true });
if (settings.strict) {
  options.SNICallback = (name, done) => {
    const files = settings.named[name];
    if (!files) return done(new Error(`no such name: ${name}`));
    return done(null, tls.createSecureContext({ cert: fs.readFileSync(files[0]), key: fs.readFileSync(files[1]) }));
  };
}
const server = tls.createServer(options, (socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(
    `HTTP/1.1 200 OK\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
});
if (settings.staple) server.on('OCSPRequest', (leaf, issuer, done) => done(null, fs.readFileSync(settings.staple)));
server.on('tlsClientError', (error) => console.error(error.message));
server.listen(settings.port, settings.address);
