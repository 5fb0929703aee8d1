// Loaded into a measured process (NODE_OPTIONS=--require): leaves behind the peak of its memory and its CPU
// time, workers included.
'use strict';
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const path = process.env.RACELENS_PEAK;
if (isMainThread && path)
  process.once('exit', () => {
    // Node gives kilobytes and microseconds.
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(
      path,
      JSON.stringify({ megabytes: maxRSS / 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 }),
    );
  });
