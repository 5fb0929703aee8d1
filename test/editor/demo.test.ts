/** The demo as a person goes through it, in the real VS Code: look, simulate, replay, fix, believe; edit, close, reload. */
import { strict as assert } from 'node:assert';
import type { FrameLocator } from 'playwright-core';
import { toEditor } from './focus';
import { until, useWorkbench, type Workbench } from './driver/workbench';

const lensBefore = 'publishes dev->npinfo without a grace period · simulate';
/** Any lens over a publication, in whatever state. */
const anyLens = /publishes|synchronize_rcu\(\)|source changed/;
const lensAfter = /^hang (→|->) holds with synchronize_rcu\(\) · apply$/;

/** A file in the first editor group, whatever has the focus now. */
async function open(bench: Workbench, path: string, text: string): Promise<void> {
  await toEditor(bench);
  await bench.openFile(path, bench.find(path, text));
}

const verdict = async (panel: FrameLocator): Promise<string> =>
  (await panel.locator('#verdict').innerText()).replaceAll(/\s+/g, ' ').trim();

const position = async (panel: FrameLocator): Promise<string> =>
  (await panel.locator('.toolbar .count').innerText()).replaceAll(/\s+/g, '');

async function waitForVerdict(panel: FrameLocator, kind: RegExp): Promise<void> {
  await until(`the verdict is not ${String(kind)}`, async () =>
    kind.test(await verdict(panel)) ? true : undefined,
  );
}

/** Steps forward until the current step's text matches; gives the number of the step. */
async function stepTo(panel: FrameLocator, text: RegExp): Promise<number> {
  const steps = panel.locator('#steps');
  for (let at = 1; at < 200; at++) {
    await steps.press('ArrowDown');
    const current = panel.locator('.row.current');
    if (text.test(await current.innerText())) return Number(await current.locator('.number').innerText());
  }
  throw new Error(`no step shows ${String(text)}`);
}

describe('the demo in the editor', () => {
  const bench = useWorkbench({
    workspace: 'samples/netpoll',
    size: { width: 1680, height: 1000 },
    settings: { 'workbench.sideBar.location': 'left' },
  });

  it('marks regions beside the lines, and underlines accesses to state words', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'err = __netpoll_setup(np, ndev);');
    const line = b.find('netpoll.c', 'err = __netpoll_setup(np, ndev);').line;
    await until('the line under rtnl_lock() has no mark', async () =>
      (await b.marks()).some(mark => mark.line === line) ? true : undefined,
    );
    await open(b, 'netpoll.c', 'clear_bit(NAPI_STATE_NPSVC');
    await until('clear_bit() is not marked', async () =>
      (await b.marks()).some(mark => mark.text.includes('clear_bit(NAPI_STATE_NPSVC')) ? true : undefined,
    );
    await b.screenshot('editor-regions', { docs: true });
  });

  it('has the code lens while the readers are in files that are closed', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'int netpoll_setup');
    await b.lens(lensBefore).waitFor();
  });

  it('explains NAPI_STATE_SCHED: its comment, who sets, clears and waits for it', async () => {
    const b = bench();
    await open(b, 'dev.c', '/*');
    await open(b, 'netpoll.c', '/*');
    await open(b, 'netdevice.h', 'NAPI_STATE_SCHED,');
    const text = await b.hover(b.find('netdevice.h', 'NAPI_STATE_SCHED,'));
    await b.screenshot('editor-hover', { docs: true });
    assert.match(text, /Poll is scheduled, its owner must clear this/);
    assert.match(text, /napi_complete_done/);
    assert.match(text, /napi_disable/);
    await b.page.locator('.monaco-hover a', { hasText: 'napi_disable()' }).first().click();
    await until('the link leads nowhere', async () => ((await b.activeTab()) === 'dev.c' ? true : undefined));
  });

  it('has a code lens over the function that publishes without a grace period, and over no other', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'int netpoll_setup');
    await b.lens(lensBefore).waitFor();
    assert.deepEqual(
      (await b.lenses()).filter(text => text.includes('publishes')),
      [lensBefore],
    );
  });

  it('simulates from the palette and shows the hang with its three lanes', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'int netpoll_setup');
    await b.command('Racelens: Simulate Race…');
    await b.pick('netpoll.race.c');
    const panel = await b.panel('#verdict');
    await waitForVerdict(panel, /^hang$/);
    assert.deepEqual(await panel.locator('.head .name').allInnerTexts(), [
      'normal_napi',
      'netconsole',
      'ifdown',
    ]);
    assert.match(await panel.locator('.summary').innerText(), /NAPIF?_STATE_SCHED/);
    assert.match(await panel.locator('.section-why').innerText(), /ifdown waits for/);
    await panel.locator('#steps').press('End');
    await panel.locator('.row.end', { hasText: 'waits for ever' }).waitFor();
    // Rows exist only near the window.
    let shown = '';
    for (const key of ['Home', 'End']) {
      await panel.locator('#steps').press(key);
      await b.page.waitForTimeout(100);
      shown += await panel.locator('#steps').innerText();
    }
    for (const name of ['netpoll_poll_lock', 'napi_complete_done', 'napi_disable'])
      assert.ok(shown.includes(`${name}()`), `${name}() is not in the lanes`);
  });

  it('folds the steps that nobody else can notice, and unfolds them on demand', async () => {
    const b = bench();
    const panel = await b.panel('#verdict');
    const steps = panel.locator('#steps');
    const button = panel.locator('.fold-button').first();
    const one = panel.locator('#step-1');
    assert.doesNotMatch(await steps.innerText(), /… store|list_del_init/);
    assert.match(await button.innerText(), /^\d+ steps nobody else can notice$/);
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    // Over it in one go, forward and back; the numbers stay those of the schedule.
    await steps.press('Home');
    await steps.press('ArrowDown');
    const behind = Number((await position(panel)).split('/')[0]);
    assert.ok(behind > 2, `step ${String(behind)} is the first`);
    assert.equal(await panel.locator('.row.current .number').innerText(), String(behind));
    await steps.press('ArrowUp');
    assert.match(await position(panel), /^0\//);
    // By keyboard, then step by step.
    await button.press('Enter');
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    await one.waitFor();
    await button.press('ArrowDown');
    assert.match(await position(panel), /^1\//);
    await b.screenshot('unfolded');
    await button.press('Enter');
    await one.waitFor({ state: 'detached' });
    assert.match(await position(panel), /^0\//);
    // The slider reaches every step.
    await panel.locator('.toolbar input').fill('2');
    await panel.locator('#step-2.current').waitFor();
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    await steps.press('Home');
    await one.waitFor({ state: 'detached' });
  });

  it('moves a mark for every thread through the editors, and leaves the focus in the panel', async () => {
    const b = bench();
    const panel = await b.panel('#verdict');
    await stepTo(panel, /test_and_set_bit\(/);
    const place = b.find('netpoll.c', 'test_and_set_bit(');
    const editor = b.page.locator('.editor-group-container').first();
    await editor.locator('.tab.active', { hasText: 'netpoll.c' }).waitFor();
    assert.equal(await b.activeTab(), 'Replay: netpoll.race.c', 'the focus has left the panel');
    await b.screenshot('replay', { docs: true });
    // Looking at the marks wants the editor to be the active one.
    await open(b, 'netpoll.c', 'test_and_set_bit(');
    const here = (await b.marks()).filter(mark => mark.after.includes('netconsole'));
    assert.deepEqual(
      here.map(mark => mark.line),
      [place.line],
    );
    await open(b, 'dev.c', '->poll(');
    await until('normal_napi is not marked in dev.c', async () =>
      (await b.marks()).some(mark => mark.after.includes('normal_napi')) ? true : undefined,
    );
  });

  it('shows the bits of the state word as they change, forward and backward', async () => {
    const b = bench();
    const panel = await b.panel('#verdict');
    await panel.locator('#tab-state').click();
    const bit = panel.locator('.section-state .bit', { hasText: 'NPSVC' });
    await until('NPSVC is not shown as set', async () =>
      (await bit.getAttribute('class'))?.includes('became-set') ? true : undefined,
    );
    await panel.locator('#steps').press('ArrowUp');
    await until('NPSVC is not clear again', async () =>
      (await bit.getAttribute('class'))?.includes('off') ? true : undefined,
    );
    const steps = panel.locator('#steps');
    await steps.press('End');
    const last = await position(panel);
    assert.equal(last.split('/')[0], last.split('/')[1]);
    await steps.press('Home');
    assert.match(await position(panel), /^0\//);
  });

  it('says in words what it draws', async () => {
    const b = bench();
    const panel = await b.panel('#verdict');
    await panel.locator('#steps').press('ArrowDown');
    await until('the live region is silent', async () =>
      /^Step \d+ of \d+: /.test(await panel.locator('#live').innerText()) ? true : undefined,
    );
    await panel.locator('#tab-text').click();
    const text = await panel.locator('.section-transcript pre').innerText();
    assert.match(text, /^netpoll\.race\.c: hang \(confirmed\)/);
    await panel.locator('#tab-why').click();
  });

  it('replays a pasted schedule, and says what is wrong with one that does not fit', async () => {
    const b = bench();
    const panel = await b.panel('#verdict');
    const schedule = await panel.locator('.schedule code').innerText();
    await b.command('Racelens: Replay Schedule…');
    await b.quickInput.field.fill('not a schedule');
    await b.page.locator('.quick-input-widget', { hasText: 'one word without spaces' }).waitFor();
    await b.quickInput.field.fill(schedule.slice(0, -1) + '?');
    await b.page.keyboard.press('Enter');
    await waitForVerdict(panel, /cannot tell/);
    await b.command('Racelens: Replay Schedule…');
    await b.quickInput.field.fill(schedule);
    await b.page.keyboard.press('Enter');
    await waitForVerdict(panel, /hang/);
  });

  it('offers the fix with the verdict it gives, applies it, and the verdict turns', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'int netpoll_setup');
    await b.command('Racelens: Simulate Again');
    const before = await b.visibleText();
    await b.lens(lensAfter).waitFor();
    await b.screenshot('lens', { docs: true });
    await b.lens(lensAfter).click();
    const panel = await b.panel('#verdict');
    await waitForVerdict(panel, /^hang holds$/);
    const lines = (await b.visibleText()).split('\n').map(line => line.trim());
    const unlock = lines.indexOf('rtnl_unlock();');
    const call = lines.indexOf('synchronize_rcu();');
    assert.ok(call > unlock && unlock > 0, `not behind rtnl_unlock():\n${lines.join('\n')}`);
    assert.match(lines[call - 1] ?? '', /\*\/$/, 'no comment says why');
    await until('a lens is left over the function that has its grace period', async () =>
      (await b.lenses()).some(text => anyLens.test(text)) ? undefined : true,
    );
    // What holds, and how far it was looked at.
    const explored = panel.locator('.section-explored');
    assert.deepEqual(await explored.locator('tbody th').allInnerTexts(), [
      'normal_napi',
      'netconsole',
      'ifdown',
    ]);
    assert.match(
      await explored.locator('.extent').innerText(),
      /\d+ states, \d+ transitions: all there are[^]*holds, which is met/,
    );
    await b.screenshot('fixed', { docs: true });
    await toEditor(b);
    await b.page.keyboard.press('ControlOrMeta+Z');
    await until('one undo does not take the fix back', async () =>
      (await b.visibleText()) === before ? true : undefined,
    );
    await b.lens(anyLens).waitFor();
  });

  it('marks a verdict as stale when the source is edited, and runs again on the unsaved text', async () => {
    const b = bench();
    await open(b, 'netpoll.c', '/* Called with interrupts off. */');
    await b.command('Racelens: Simulate Again');
    const panel = await b.panel('#verdict');
    await waitForVerdict(panel, /hang$/);
    await toEditor(b);
    await b.type(';');
    await panel.locator('.notice.stale').waitFor();
    assert.match(await panel.locator('.notice.stale').innerText(), /netpoll\.c was edited/);
    await b.screenshot('stale');
    await panel.locator('.notice.stale vscode-button').click();
    await panel.locator('.notice.stale').waitFor({ state: 'detached' });
    await waitForVerdict(panel, /hang$/);
    await toEditor(b);
    await b.page.keyboard.press('ControlOrMeta+Z');
    await panel.locator('.notice.stale').waitFor();
    await b.page.keyboard.press('ControlOrMeta+Y');
    await panel.locator('.notice.stale').waitFor({ state: 'detached' });
    await b.page.keyboard.press('ControlOrMeta+Z');
  });

  it('offers the fix as a code action, with and without preview', async () => {
    const b = bench();
    await open(b, 'netpoll.c', 'rcu_assign_pointer');
    const titles = await b.codeActions(b.find('netpoll.c', 'rcu_assign_pointer'));
    const fixes = titles.filter(title => title.includes('grace period'));
    assert.equal(fixes.length, 2, titles.join('\n'));
    assert.ok(fixes.some(title => title.endsWith('(preview)')));
  });

  it('keeps working when the panel is closed and opened, and when the window is reloaded', async () => {
    const b = bench();
    let panel = await b.panel('#verdict');
    await panel.locator('#steps').press('End');
    await b.command('Racelens: Simulate Again');
    await until('it was not run again', async () =>
      (await position(panel)).startsWith('0/') ? true : undefined,
    );
    for (let i = 0; i < 5; i++) await panel.locator('#steps').press('ArrowDown');
    const at = await position(panel);
    await b.page.locator('.tab', { hasText: 'Replay' }).locator('.codicon-close').click();
    await b.command('Racelens: Show Replay Panel');
    panel = await b.panel('#verdict');
    assert.equal(await position(panel), at);
    // The workbench stores the panel's state some time after it changed.
    await b.page.waitForTimeout(1500);
    await b.reload();
    panel = await b.panel('#verdict');
    await waitForVerdict(panel, /hang$/);
    assert.equal(await position(panel), at);
  });

  it('leaves no error on the console', () => {
    const errors = bench().messages.filter(
      text => /^(pageerror|error)/.test(text) && /racelens|content security policy/i.test(text),
    );
    assert.deepEqual(errors, []);
  });
});
