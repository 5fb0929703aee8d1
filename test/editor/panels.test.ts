/** Several replay panels at once, over a reload; schedule files that open in one. */
import { strict as assert } from 'node:assert';
import type { FrameLocator } from 'playwright-core';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFiles } from '../../src/host/node/files';
import { createPipeline } from '../../src/ide/pipeline';
import { replayView } from '../../src/ide/replay';
import { filesOfSchedule, hashOfText, keptSteps, printScheduleFile } from '../../src/ide/scheduleFile';
import { toEditor } from './focus';
import { until, useWorkbench, type Workbench } from './driver/workbench';

const bytes = (name: string): Uint8Array => readFileSync(`dist/${name}`);

async function simulate(b: Workbench, file: string): Promise<void> {
  await toEditor(b);
  await b.openFile(file);
  await b.command('Racelens: Simulate Race…');
}

/** Opens a file that has an editor of its own, with no other editor beside it. */
async function openAlone(b: Workbench, file: string): Promise<void> {
  await b.command('View: Close All Editors');
  await until(`${file} did not open`, async () => {
    await b.page.keyboard.press('ControlOrMeta+P');
    await b.quickInput.field.fill(join(b.folder, file), { timeout: 3000 });
    await b.quickInput.rows.filter({ hasText: file }).first().waitFor({ timeout: 5000 });
    await b.page.keyboard.press('Enter');
    await b.page.waitForTimeout(300);
    return (await tab(b, file).count()) > 0 ? true : undefined;
  });
}

const tab = (b: Workbench, text: string): ReturnType<Workbench['page']['locator']> =>
  b.page.locator('.tab', { hasText: text });

/** The panel that is in front; waits for its verdict. */
async function verdict(b: Workbench, wanted: RegExp): Promise<FrameLocator> {
  const panel = await b.panel('#verdict');
  await until(`the verdict is not ${String(wanted)}`, async () =>
    wanted.test(await panel.locator('#verdict').innerText()) ? true : undefined,
  );
  return panel;
}

/** A schedule of the harness as the panel would save it. */
async function scheduleFile(folder: string, harness: string): Promise<string> {
  const path = join(folder, harness).replace(/\\/g, '/');
  const pipeline = await createPipeline({
    files: diskFiles(),
    runtime: bytes('tree-sitter.wasm'),
    grammar: bytes('tree-sitter-c.wasm'),
    indexing: 'none',
  });
  const answer = pipeline.check({ harness: path });
  assert.ok(answer !== 'pending');
  const { report, files } = answer;
  const lines = (file: string): ReturnType<typeof pipeline.lines> => pipeline.lines(file);
  const view = replayView(report, { harness: path, seconds: 0, files, problems: [], lines });
  assert.ok(view.trace && view.schedule !== undefined);
  const hashes = filesOfSchedule(view, view.trace).map(file => [
    file.slice(file.lastIndexOf('/') + 1),
    hashOfText(readFileSync(file, 'utf8')),
  ]);
  return printScheduleFile({
    harness,
    schedule: view.schedule,
    step: 2,
    verdict: view.verdict.kind,
    files: Object.fromEntries(hashes) as Record<string, string>,
    steps: keptSteps(view.trace),
  });
}

describe('replay panels', () => {
  const bench = useWorkbench({ workspace: 'samples/teaching', size: { width: 1600, height: 900 } });

  it('each harness has one of its own', async () => {
    const b = bench();
    await simulate(b, 'abba.race.c');
    await verdict(b, /deadlock/);
    await simulate(b, 'lost-wakeup.race.c');
    await verdict(b, /hang/);
    assert.equal(await tab(b, 'Replay: ').count(), 2);
    await tab(b, 'Replay: abba.race.c').click();
    await verdict(b, /deadlock/);
    // The same one again: no third.
    await simulate(b, 'abba.race.c');
    await verdict(b, /deadlock/);
    assert.equal(await tab(b, 'Replay: ').count(), 2);
  });

  it('all come back when the window is reloaded, each at its step', async () => {
    const b = bench();
    let panel = await verdict(b, /deadlock/);
    await panel.locator('#steps').press('ArrowDown');
    await panel.locator('#steps').press('ArrowDown');
    await b.page.waitForTimeout(1500);
    await b.reload();
    panel = await verdict(b, /deadlock/);
    await until('it does not stand where it stood', async () =>
      /step 2 of|^2\s*\//im.test(
        `${await panel.locator('.toolbar').innerText()}\n${await panel.locator('#live').innerText()}`,
      )
        ? true
        : undefined,
    );
    await tab(b, 'Replay: lost-wakeup.race.c').click();
    await verdict(b, /hang/);
  });

  it('a schedule file opens in one and stands at its step', async () => {
    const b = bench();
    writeFileSync(join(b.folder, 'kept.race-schedule'), await scheduleFile(b.folder, 'lost-wakeup.race.c'));
    await openAlone(b, 'kept.race-schedule');
    const panel = await verdict(b, /hang/);
    assert.equal(await panel.locator('.notice.stale').count(), 0);
  });

  it('and says what no longer fits when the source has changed', async () => {
    const b = bench();
    const file = join(b.folder, 'abba.race.c');
    writeFileSync(join(b.folder, 'old.race-schedule'), await scheduleFile(b.folder, 'abba.race.c'));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, readFileSync(join(b.folder, 'abba-fixed.race.c'), 'utf8'));
    await openAlone(b, 'old.race-schedule');
    const panel = await b.panel('#verdict');
    await panel.locator('.notice.stale').waitFor();
    await until('it does not say so', async () =>
      /abba\.race\.c has changed since the schedule was saved.*it fits for \d+ of \d+ steps; step \d+: .*waits at/s.test(
        await panel.locator('.notice.stale').innerText(),
      )
        ? true
        : undefined,
    );
    writeFileSync(file, text);
  });

  it('a file that is no schedule says why', async () => {
    const b = bench();
    writeFileSync(join(b.folder, 'bad.race-schedule'), '{ "racelens": "schedule", "version": 7 }');
    await openAlone(b, 'bad.race-schedule');
    const page = await b.panel('h1');
    assert.match(await page.locator('p').innerText(), /version 7/);
  });
});
