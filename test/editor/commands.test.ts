/** Commands at the edges: nothing open, a harness that is wrong, a run that is cancelled, the debug views, the demo. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toEditor } from './focus';
import { until, useWorkbench } from './driver/workbench';

/** More states than anybody waits for. */
const endless = `#include <racelens.h>
static int a, b, c, d;
#define COUNT(v) for (int i = 0; i < 40; i++) { WRITE_ONCE(v, READ_ONCE(v) + 1); WRITE_ONCE(d, i); }
RACE_THREAD(process, one) { COUNT(a) }
RACE_THREAD(process, two) { COUNT(b) }
RACE_THREAD(process, three) { COUNT(c) }
RACE_THREAD(process, four) { COUNT(a) }
`;

const wrong = `#include <racelens.h>
#include "nowhere.c"
RACE_THREAD(process, one) { nothing(); }
`;

describe('commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'racelens-commands-'));
  writeFileSync(join(folder, 'endless.race.c'), endless);
  writeFileSync(join(folder, 'wrong.race.c'), wrong);
  writeFileSync(join(folder, 'notes.txt'), 'not C\n');
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const bench = useWorkbench({
    workspace: folder,
    size: { width: 1500, height: 900 },
    // Two million states are searched before anybody can cancel.
    settings: { 'racelens.check.maxStates': 50_000_000 },
  });

  it('offers every harness of the workspace where no C file is open', async () => {
    const b = bench();
    await b.command('Racelens: Simulate Race…');
    await b.quickInput.rows.first().waitFor();
    const rows = await b.quickInput.rows.locator('.label-name').allInnerTexts();
    assert.deepEqual(
      rows.map(row => row.trim()),
      ['endless.race.c', 'wrong.race.c'],
    );
    await b.page.keyboard.press('Escape');
  });

  it('says what is wrong with a harness, in place of a verdict', async () => {
    const b = bench();
    await b.openFile('wrong.race.c', { line: 3, column: 1 });
    await b.command('Racelens: Simulate Race…');
    const panel = await b.panel('#verdict');
    await panel.locator('#verdict', { hasText: 'cannot tell' }).waitFor();
    assert.match(await panel.locator('.summary').innerText(), /nowhere\.c/);
    assert.match(await panel.locator('.verdict').innerText(), /input/);
  });

  it('ends a run that is cancelled at once, and says how far it came', async () => {
    const b = bench();
    await toEditor(b);
    await b.openFile('endless.race.c', { line: 3, column: 1 });
    await b.command('Racelens: Simulate Race…');
    const panel = await b.panel('.notice.running');
    await until('the progress tells no states', async () =>
      /\d states/.test(await panel.locator('.notice.running').innerText()) ? true : undefined,
    );
    const start = Date.now();
    await panel.locator('.notice.running vscode-button').click();
    // The panel may still show the verdict before, which was `cannot tell` as well.
    await panel.locator('.verdict', { hasText: 'cancelled' }).waitFor();
    assert.ok(Date.now() - start < 5000, 'it took too long');
    assert.doesNotMatch(await panel.locator('.facts').innerText(), /^0 states/);
    await panel.locator('.notice.running').waitFor({ state: 'detached' });
  });

  it('shows the model as text', async () => {
    const b = bench();
    await toEditor(b);
    await b.openFile('endless.race.c', { line: 3, column: 1 });
    await b.command('Racelens: Show Model');
    await until('no model is shown', async () =>
      /^function one\/0/m.test(await b.visibleText()) ? true : undefined,
    );
  });

  it('shows its state in the log', async () => {
    const b = bench();
    await b.command('Racelens: Show Status');
    const output = b.page.locator('.part.panel', { hasText: 'kernel tree: none, loose files' });
    await output.waitFor();
    const time = /activated in\s+([\d.]+)\s+ms/.exec(
      (await output.innerText()).replaceAll('\u00a0', ' '),
    )?.[1];
    assert.match((await output.innerText()).replaceAll('\u00a0', ' '), /extension host:\s+Node/);
    assert.ok(Number(time) < 50, `activation took ${String(time)} ms`);
  });

  it('has no fix for what needs none', async () => {
    const b = bench();
    await toEditor(b);
    await b.openFile('endless.race.c', { line: 3, column: 1 });
    await b.command('Racelens: Apply Fix');
    await b.notification(/there is no fix to apply/).waitFor();
    await b.closeNotifications();
  });

  it('opens a fresh copy of the demo', async () => {
    const b = bench();
    await b.command('Racelens: Open Demo');
    await b.answer(/fresh copy of the netpoll demo/, 'Open the Files Here');
    await until('the demo is not shown', async () =>
      (await b.activeTab()) === 'netpoll.race.c' ? true : undefined,
    );
    assert.match(await b.visibleText(), /Netconsole is switched on/);
  });
});
