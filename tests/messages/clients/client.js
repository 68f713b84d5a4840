// SPDX-License-Identifier: Apache-2.0
// Visits each URL and prints, after its mark, the error as programs print it.
'use strict';
const https = require('https');
const visit = (url) => new Promise((done) => {
  const say = (words) => { console.log('=== ' + url); console.log(words); done(); };
  const request = https.get(url, { timeout: 5000 }, (answer) => { answer.resume(); answer.on('end', () => say('fine')); answer.on('error', say); });
  request.on('error', (error) => say(error));
  request.on('timeout', () => request.destroy(new Error('connect ETIMEDOUT')));
});
(async () => { for (const url of process.argv.slice(2)) await visit(url); })();
