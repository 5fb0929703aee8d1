// Loaded into a measured process (NODE_OPTIONS=--require): leaves the peak of its memory, workers included, behind.
'use strict';
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const path = process.env.RACELENS_PEAK;
if (isMainThread && path)
  process.once('exit', () => {
    // On Linux and macOS, Node gives kilobytes.
    writeFileSync(path, String(process.resourceUsage().maxRSS));
  });
