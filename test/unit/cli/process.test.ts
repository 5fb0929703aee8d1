/** The command line as a process: the bundle that people run, its streams, its exit code, Ctrl-C. */
import { strict as assert } from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Several million states: nobody waits for its end. */
const endless = `
#include <racelens.h>
static int a[6];
static void work(int i) { int k; for (k = 0; k < 40; k++) WRITE_ONCE(a[i], READ_ONCE(a[(i + 1) % 6]) + k); }
RACE_THREAD(process, t0) { work(0); }
RACE_THREAD(process, t1) { work(1); }
RACE_THREAD(process, t2) { work(2); }
RACE_THREAD(process, t3) { work(3); }
RACE_THREAD(process, t4) { work(4); }
RACE_THREAD(process, t5) { work(5); }
`;

describe('the racelens process', () => {
  let folder = '';
  let cli = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'racelens-cli-'));
    cli = join(folder, 'cli.js');
    await build({
      entryPoints: { cli: 'src/host/node/cli.ts', command: 'src/host/node/commandWorker.ts' },
      outdir: folder,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'es2022',
      loader: { '.h': 'text', '.tsv': 'text', '.c': 'text' },
      // As tools/build.mjs has it.
      alias: { 'web-tree-sitter': resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs') },
      logLevel: 'error',
    });
    for (const name of ['tree-sitter.wasm', 'tree-sitter-c.wasm']) cpSync(`dist/${name}`, join(folder, name));
    writeFileSync(join(folder, 'endless.race.c'), endless);
    writeFileSync(
      join(folder, 'race.race.c'),
      `#include <racelens.h>
static int n;
RACE_THREAD(process, a) { n++; }
RACE_THREAD(process, b) { n++; }
RACE_FINALLY(n == 2)
`,
    );
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function racelens(...args: readonly string[]) {
    return spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
  }

  it('has a version and help', () => {
    assert.match(racelens('--version').stdout, /^racelens \S+\n$/);
    const help = racelens('--help');
    assert.equal(help.status, 0);
    assert.match(help.stdout, /racelens check FILE/);
  });
  it('tells bad use on the error stream', () => {
    const ran = racelens('check', 'none.race.c');
    assert.equal(ran.status, 3);
    assert.equal(ran.stdout, '');
    assert.equal(ran.stderr, 'racelens: there is no file none.race.c\n');
  });
  it('says what it found, and 1', () => {
    const ran = racelens('check', 'race.race.c');
    assert.equal(ran.status, 1, ran.stderr);
    assert.match(ran.stdout, /^race\.race\.c: assertion, confirmed\n/);
    assert.match(ran.stdout, /n\+\+/);
    assert.equal(ran.stderr, '');
  });
  it('prints one object a line', () => {
    const ran = racelens('check', '--json', 'race.race.c', 'race.race.c');
    const lines = ran.stdout.split('\n');
    assert.equal(lines.length, 3);
    for (const line of lines.slice(0, 2))
      assert.equal((JSON.parse(line) as { verdict: string }).verdict, 'assertion');
  });
  it('stops for the clock', () => {
    const ran = racelens('check', '--json', '--time', '0.5', 'endless.race.c');
    const record = JSON.parse(ran.stdout) as Record<string, unknown>;
    assert.equal(ran.status, 2, ran.stderr);
    assert.equal(record['reason'], 'time');
    assert.ok((record['seconds'] as number) < 3);
  });
  it('ends with the counts so far after Ctrl-C', async () => {
    const child = spawn(process.execPath, [cli, 'check', '--json', 'endless.race.c'], { cwd: folder });
    let out = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    setTimeout(() => child.kill('SIGINT'), 1500);
    const code = await new Promise(done => child.on('close', done));
    const record = JSON.parse(out) as Record<string, unknown>;
    assert.equal(record['verdict'], 'cannot-tell');
    assert.equal(record['reason'], 'cancelled');
    assert.ok((record['states'] as number) > 0);
    assert.equal(code, 2);
  });
});
