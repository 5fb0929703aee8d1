/**
 * The in-host suite: VS Code loads this module in its extension host (extensionTestsPath) and calls `run`. Tests here
 * may use the vscode API; what a user can see is better tested from outside, through the screen. The results go as
 * JSON into the file that RACELENS_HOST_RESULTS names, where ../inhost.test.ts picks them up.
 */
import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import * as extension from './extension';
import * as thread from './thread';

export interface HostResult {
  readonly title: string;
  /** The stack of the failure; absent if the test passed. */
  readonly error?: string;
}

/** Every file of the suite: its name and the function that declares its tests. */
const files = [extension, thread];

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter: 'base' });
  mocha.suite.emit('pre-require', globalThis, 'host', mocha);
  for (const file of files) file.declare();
  const results: HostResult[] = [];
  await new Promise<void>(done => {
    const runner = mocha.run(() => {
      done();
    });
    runner.on('pass', test => results.push({ title: test.fullTitle() }));
    runner.on('pending', test => results.push({ title: test.fullTitle(), error: 'skipped' }));
    runner.on('fail', (test, error: Error) =>
      results.push({ title: test.fullTitle(), error: error.stack ?? error.message }),
    );
  });
  const path = process.env.RACELENS_HOST_RESULTS;
  if (path) writeFileSync(path, JSON.stringify(results));
  const failed = results.filter(r => r.error !== undefined).length;
  if (failed) throw new Error(`${String(failed)} in-host tests failed`);
}
