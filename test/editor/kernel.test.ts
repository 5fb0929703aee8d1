/** The real files of a kernel tree in the editor, and a harness that is kept elsewhere. Declared where there is a tree. */
import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, useWorkbench } from './driver/workbench';

const tree = process.env.RACELENS_TREE;

if (tree !== undefined)
  describe('a kernel tree in the editor', function () {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'racelens-kernel-'));
    cpSync('test/kernel/netpoll.race.c', join(folder, 'netpoll.race.c'));
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const bench = useWorkbench({
      workspace: folder,
      size: { width: 1500, height: 900 },
      settings: { 'racelens.tree': tree },
    });

    it('simulates the real net/core/netpoll.c and net/core/dev.c: it holds', async () => {
      const b = bench();
      await b.openFile('netpoll.race.c', { line: 1, column: 1 });
      await b.command('Racelens: Simulate Race…');
      const panel = await b.panel('#verdict');
      await panel.locator('#verdict', { hasText: /^\s*holds\s*$/ }).waitFor({ timeout: 90_000 });
      await b.screenshot('kernel-holds');
    });
  });

if (tree !== undefined)
  describe('a whole kernel tree in the editor', function () {
    this.timeout(240_000);
    const folder = mkdtempSync(join(tmpdir(), 'racelens-tree-'));
    symlinkSync(tree, join(folder, 'linux'));
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const bench = useWorkbench({
      workspace: folder,
      size: { width: 1500, height: 900 },
      // Nothing is searched or watched that the tests do not ask for.
      settings: { 'files.watcherExclude': { '**': true }, 'search.followSymlinks': false },
    });
    const text = readFileSync(join(tree, 'net/core/dev.c'), 'utf8');
    const line = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

    it('marks net/core/dev.c while the tree is indexed, then says why napi_poll() is an RCU reader', async () => {
      const b = bench();
      const began = Date.now();
      const told: string[] = [];
      const tell = (what: string): void => {
        told.push(`${what} after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      };
      await b.openFile('linux/net/core/dev.c', { line: line('static int napi_poll('), column: 1 });
      tell('open');
      await until(
        'there are no marks',
        async () => ((await b.marks()).length > 0 ? true : undefined),
        90_000,
      );
      tell('marks');
      await until(
        'the context of napi_poll() is not told',
        async () =>
          (await b.marks()).some(mark => /RCU reader: .*net_rx_action/.test(mark.after)) ? true : undefined,
        180_000,
      );
      tell('contexts');
      await b.screenshot('kernel-dev');
      console.log(`      ${told.join(', ')}`);
    });

    it('answers hovers and follows typing there', async () => {
      const b = bench();
      const at = line('set_bit(NAPI_STATE_SCHED');
      await b.openFile('linux/net/core/dev.c', { line: at, column: 1 });
      const column = (text.split('\n')[at - 1] ?? '').indexOf('NAPI_STATE_SCHED') + 3;
      assert.match(await b.hover({ line: at, column }), /napi_struct\.state/);
      await b.screenshot('kernel-hover');
      await b.goTo({ line: line('static int napi_poll('), column: 1 });
      await b.type(
        'static void racelens_test(struct napi_struct *n) { set_bit(NAPI_STATE_SCHED, &n->state); }\n',
      );
      await until('what is typed is not marked', async () =>
        (await b.marks()).some(mark => mark.text.startsWith('set_bit(NAPI_STATE_SCHED')) ? true : undefined,
      );
      await b.command('File: Revert File');
    });
  });
