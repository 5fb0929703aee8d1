/** The real files of a kernel tree in the editor, with a harness that is kept elsewhere. Declared where there is a tree. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useWorkbench } from './driver/workbench';

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
