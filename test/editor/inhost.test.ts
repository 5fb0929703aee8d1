/**
 * Runs the in-host suite (host/) in a window of its own and shows each of its tests as one of ours. The suite runs
 * while this file is loaded, because mocha has to know the tests before it runs them.
 */
import { runTests } from '@vscode/test-electron';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openWindow } from './driver/window';
import type { HostResult } from './host/index';

const suite = process.env.RACELENS_HOST_SUITE ?? 'dist/test/host/index.js';
const workspace = 'samples/netpoll';

/** What happened in the host, or the sentence that says why nothing did. */
async function runInHost(): Promise<readonly HostResult[] | string> {
  const scratch = mkdtempSync(join(tmpdir(), 'racelens-host-'));
  const path = join(scratch, 'results.json');
  try {
    const messages = process.env.RACELENS_DESKTOP
      ? await runInDesktop(process.env.RACELENS_DESKTOP, path)
      : await runInServer(path);
    if (!existsSync(path)) return `the in-host suite gave no results\n${messages.slice(-20).join('\n')}`;
    return JSON.parse(readFileSync(path, 'utf8')) as HostResult[];
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function runInServer(path: string): Promise<readonly string[]> {
  // The server hands its environment on to the extension host.
  process.env.RACELENS_HOST_RESULTS = path;
  const window = await openWindow({ workspace, tests: suite });
  const late = new Promise(done => setTimeout(done, 120_000).unref());
  await Promise.race([window.exited, late]);
  await window.close();
  return window.messages;
}

async function runInDesktop(vscodeExecutablePath: string, path: string): Promise<readonly string[]> {
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: resolve('.'),
    extensionTestsPath: resolve(suite),
    extensionTestsEnv: { RACELENS_HOST_RESULTS: path },
    launchArgs: [resolve(workspace), '--disable-workspace-trust', '--disable-extensions'],
  }).catch(() => undefined);
  return [];
}

const results = await runInHost();

describe('in the extension host', () => {
  if (typeof results === 'string') {
    it('runs', () => {
      throw new Error(results);
    });
    return;
  }
  for (const { title, error } of results)
    it(title, () => {
      if (error !== undefined) throw new Error(error);
    });
});
