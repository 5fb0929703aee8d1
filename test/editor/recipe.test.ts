/** A race without a harness: one is made up from the open files, shown, and run. */
import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useWorkbench } from './driver/workbench';

describe('a harness made up from the open files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'racelens-recipe-'));
  cpSync('samples/netpoll', folder, { recursive: true, filter: path => !path.endsWith('.race.c') });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const bench = useWorkbench({ workspace: folder, size: { width: 1500, height: 900 } });

  it('opens as an untitled file that can be edited, and runs as it stands', async () => {
    const b = bench();
    await b.openFile('dev.c', { line: 1, column: 1 });
    await b.openFile('netpoll.c', b.find('netpoll.c', 'int netpoll_setup'));
    await b.command('Racelens: Simulate Race…');
    await b.pick('Make up a harness');
    const panel = await b.panel('#verdict');
    await panel.locator('#verdict', { hasText: 'hang' }).waitFor();
    assert.match(await b.activeTab(), /\.race\.c$/);
    const text = await b.visibleText();
    assert.match(text, /RACE_INIT\(\)/);
    await b.screenshot('recipe');
  });
});
