// Mocha's own `spec` output, and the counts as JSON into the file that RACELENS_COUNTS names.
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class Counting extends reporters.Spec {
  /** @param {import('mocha').Runner} runner @param {import('mocha').MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const path = process.env.RACELENS_COUNTS;
      if (path) writeFileSync(path, JSON.stringify({ passes, failures, pending }));
    });
  }
};
