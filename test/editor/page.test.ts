/**
 * The panel's page in a browser without VS Code, over the product's own worker: the state columns at every step, free play
 * into the hang, the quiz, two at once, keys, garbage, and axe over every view in every theme.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../../tools/browser.mjs';
import { themes } from './preview/themes.mjs';
import {
  buildPage,
  checked,
  createWorker,
  openStage,
  type Checked,
  type Stage,
  type Theme,
} from './preview/stage';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return;
    await new Promise(done => setTimeout(done, 25));
  }
  throw new Error(what);
}

describe('the panel’s page', function () {
  this.timeout(180_000);
  let browser: Browser;
  let folder: string;
  let netpoll: Checked;
  let abba: Checked;
  let holds: Checked;
  const open: Stage[] = [];

  before(async () => {
    const executablePath = findBrowser({ install: false });
    assert.ok(executablePath, 'no browser');
    folder = await buildPage('test-results/page');
    const worker = createWorker();
    netpoll = await checked(worker, 'samples/netpoll/netpoll.race.c');
    abba = await checked(worker, 'samples/teaching/abba.race.c');
    holds = await checked(worker, 'samples/teaching/abba-fixed.race.c');
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
  });
  after(() => browser?.close());
  afterEach(async () => {
    for (const stage of open.splice(0)) {
      assert.deepEqual(stage.errors, []);
      await stage.page.context().close();
    }
  });

  async function stageOf(
    of: Checked,
    options: { theme?: Theme; width?: number; height?: number } = {},
  ): Promise<Stage> {
    const stage = await openStage(browser, folder, { ...options, of });
    open.push(stage);
    for (const message of of.messages) await stage.send(message);
    await stage.page.locator('#verdict').waitFor();
    await stage.settle();
    return stage;
  }

  it('shows the state of every step as the trace has it, forward and back', async () => {
    const { page, settle } = await stageOf(netpoll);
    const trace = netpoll.view.trace!;
    await page.locator('#tab-state').click();
    const expected = (moment: number): string =>
      trace.cells
        .flatMap((cell, index) => {
          const value = trace.moments[moment]?.values[index];
          const changes = trace.steps.some(step => step.changes.some(change => change.cell === index));
          if (!changes || !cell.bits.length) return [];
          const bits = cell.bits.map(bit => (BigInt(value?.number ?? 0) >> BigInt(bit.number)) & 1n);
          return [`${cell.name} ${bits.join('')}`];
        })
        .join('; ');
    const seen = (): Promise<string> =>
      page.locator('.word').evaluateAll(words =>
        words
          .map(word => {
            const bits = [...word.querySelectorAll('.bit')].map(bit =>
              bit.classList.contains('on') ? 1 : 0,
            );
            return `${word.querySelector('.cell')?.textContent ?? ''} ${bits.join('')}`;
          })
          .join('; '),
      );
    const columns = (moment: number): Promise<readonly string[]> =>
      page
        .locator('button.column.bit')
        .evaluateAll(buttons => buttons.map(b => `${b.getAttribute('aria-label') ?? ''}`), moment);
    const slider = page.locator('.toolbar input[type=range]');
    const positions = [...trace.moments.keys()];
    for (const at of [...positions, ...[...positions].reverse()]) {
      await slider.fill(String(at));
      await settle();
      assert.equal(await seen(), expected(at), `at ${String(at)}`);
      for (const label of await columns(at)) {
        const [name = '', rest = ''] = label.split(' · ');
        const cell = trace.cells.findIndex(c => c.name === name);
        const bit = trace.cells[cell]?.bits.find(b => rest.startsWith(`${b.name}:`));
        assert.ok(bit, label);
        const on = ((BigInt(trace.moments[at]?.values[cell]?.number ?? 0) >> BigInt(bit.number)) & 1n) === 1n;
        assert.ok(label.endsWith(on ? 'is set' : 'is clear'), `${label} at ${String(at)}`);
      }
    }
  });

  it('walks every row with the keys and tells each in the live region', async () => {
    const { page, settle } = await stageOf(netpoll);
    await page.locator('#steps').focus();
    let last = 0;
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('ArrowDown');
      await settle();
      const at = Number((await page.locator('.count').innerText()).split('/')[0]);
      if (at === last) break;
      last = at;
      assert.match(await page.locator('#live').innerText(), new RegExp(`^Step ${String(at)} of`));
      assert.equal(await page.locator(`#step-${String(at)}.current`).count(), 1);
    }
    assert.equal(last, netpoll.view.trace?.steps.length);
    assert.match(await page.locator('.row.end').innerText(), /waits for ever/);
  });

  it('is played into the hang, and says when it can no longer be avoided', async () => {
    const stage = await stageOf(netpoll);
    const { page } = stage;
    await page.locator('#tab-play').click();
    await page.locator('vscode-button', { hasText: 'Play from the start' }).click();
    const badges: string[] = [];
    for (let i = 0; i < 80; i++) {
      await page.locator('.choices:not(.waiting)').waitFor();
      if (await page.locator('.play-panel .notice').count()) break;
      const here = await page.locator('.now').innerText();
      badges.push(here.trim());
      const choices = await page.locator('.choice').allInnerTexts();
      assert.ok(choices.length > 0, 'nothing can be chosen');
      if (/cannot avoid/.test(here)) break;
      // Whatever leads nearer to it, by its badge alone.
      const must = choices.findIndex(text => /cannot avoid/.test(text));
      const can = choices.findIndex(text => /can still hang/.test(text));
      const before = stage.sent.length;
      const other = choices.findIndex((text, index) => index !== can && /can still hang/.test(text));
      await page.keyboard.press(
        String((must >= 0 ? must : i % 2 && other >= 0 ? other : Math.max(0, can)) + 1),
      );
      await until('no choice was sent', () => Promise.resolve(stage.sent.length > before));
      await stage.settle();
    }
    assert.equal(badges[0], 'can still hang');
    assert.match(badges.at(-1) ?? '', /cannot avoid it now/);
    const length = (): Promise<number> => page.locator('.trail li').count();
    const before = await length();
    await page.keyboard.press('u');
    await until('undo does nothing', async () => (await length()) === before - 1);
    await until('it cannot be avoided still', async () =>
      /can still hang/.test(await page.locator('.now').innerText()),
    );
    await page.keyboard.press('Escape');
    await page.locator('.choices').waitFor({ state: 'detached' });
  });

  it('hides the prospects in the quiz until a hint is asked for', async () => {
    const { page } = await stageOf(netpoll);
    await page.locator('#tab-play').click();
    await page.locator('vscode-button', { hasText: 'Start the quiz' }).click();
    await page.locator('.choice').first().waitFor();
    assert.equal(await page.locator('.prospect').count(), 0);
    await page.locator('#steps').focus();
    await page.keyboard.press('h');
    await page.locator('.choice .prospect').first().waitFor();
  });

  it('puts the passing twin beside, with the line where they part', async () => {
    const { page, settle } = await stageOf(netpoll);
    await page.locator('#tab-compare').click();
    await settle();
    assert.deepEqual(await page.locator('.side-title').allInnerTexts(), ['FAILING', 'PASSING']);
    await page.locator('.compare-panel .step-link').click();
    await settle();
    await page.locator('.parts').waitFor();
    assert.match(await page.locator('.differs').innerText(), /NPSVC/);
  });

  it('moves the odds with the slider, along the curve', async () => {
    const { page, settle } = await stageOf(netpoll);
    await page.locator('#tab-odds').click();
    await page.locator('.curve').waitFor();
    const text = (): Promise<string> => page.locator('.big').innerText();
    const before = await text();
    assert.match(before, /1 in [\d,]+ runs/);
    await page.locator('.slow input').fill('5');
    await settle();
    assert.notEqual(await text(), before);
  });

  it('evaluates a watched expression in a column', async () => {
    const { page, settle } = await stageOf(netpoll);
    await page.locator('#tab-watch').click();
    await page.locator('#watch').fill('napi.state');
    await page.keyboard.press('Enter');
    await until(
      'there is no value',
      async () => (await page.locator('.watch-panel .is').innerText()) !== '…',
    );
    await settle();
    assert.ok((await page.locator('.watched').count()) > 2);
  });

  it('saves a picture as SVG and as PNG', async () => {
    const { page, sent } = await stageOf(netpoll);
    await page.locator('#tab-text').click();
    for (const [name, begin] of [
      ['Picture (SVG)', '<svg '],
      ['Picture (PNG)', 'data:image/png;base64,'],
    ] as const) {
      sent.length = 0;
      await page.locator('.saves vscode-button', { hasText: name }).click();
      await until('nothing was saved', () => Promise.resolve(sent.some(m => m.type === 'save')));
      const save = sent.find(m => m.type === 'save');
      const content = save?.type === 'save' ? (save.content ?? '') : '';
      assert.ok(content.startsWith(begin));
      assert.ok(content.length > 5000);
    }
  });

  it('drops garbage and goes on', async () => {
    const { page, send, settle } = await stageOf(netpoll);
    const [run] = netpoll.messages;
    for (const garbage of [
      null, 1, 'x', [], {}, { version: 2 }, { version: 2, type: 'run' }, { ...run, step: 'NaN' }, { ...run, run: {} },
      { version: 2, type: 'examined', what: 'twin', answer: { trace: null } }, { version: 2, type: 'play', answer: 3 },
      { version: 2, type: 'constructor' }, { version: 2, type: 'watch', watches: [{}] }, { version: 99, type: 'step', step: 2 },
    ]) await send(garbage); // prettier-ignore
    await settle();
    await page.locator('#steps').press('ArrowDown');
    await settle();
    assert.doesNotMatch(await page.locator('.count').innerText(), /^0/);
  });

  it('fits 600 pixels, and 1200 at 200 %, without a scroll bar below', async () => {
    for (const width of [600, 480]) {
      const { page } = await stageOf(netpoll, { width });
      for (const selector of ['body', '.scroll', '.panel']) {
        const wider = await page.locator(selector).evaluate(e => e.scrollWidth - e.clientWidth);
        assert.ok(wider <= 0, `${selector} is ${String(wider)} px too wide at ${String(width)}`);
      }
    }
  });

  it('folds the verdict once the reader steps, and gives the lanes more than half of the height', async () => {
    const { page, send, settle } = await stageOf(netpoll, { width: 540, height: 940 });
    await send({ version: 2, type: 'fix', fix: { label: 'Wait', verdict: 'holds', applied: false } });
    await settle();
    const share = async (): Promise<number> =>
      page.locator('.scroll').evaluate(e => e.clientHeight / window.innerHeight);
    assert.ok((await share()) >= 0.55, String(await share()));
    assert.ok(await page.locator('.schedule').isVisible());
    await page.locator('#steps').press('ArrowDown');
    await settle();
    assert.ok((await share()) >= 0.55, String(await share()));
    assert.equal(await page.locator('.schedule').isVisible(), false);
    const banner = await page.locator('.banner').evaluate(e => e.clientHeight);
    assert.ok(banner < 70, String(banner));
    assert.ok(await page.locator('.apply-fix').isVisible());
    await page.locator('.chevron').focus();
    await page.keyboard.press('Enter');
    await settle();
    assert.ok(await page.locator('.schedule').isVisible());
    assert.equal(await page.locator('.chevron').getAttribute('aria-expanded'), 'true');
  });

  it('has both texts of a comparison in sight at 540 pixels, one below the other at 400', async () => {
    for (const width of [540, 400]) {
      const { page, settle } = await stageOf(netpoll, { width });
      await page.locator('#tab-compare').click();
      await settle();
      const wider = await page.locator('.scroll').evaluate(e => e.scrollWidth - e.clientWidth);
      assert.ok(wider <= 0, `${String(wider)} px too wide at ${String(width)}`);
      assert.equal(await page.locator('.column').count(), 0);
      assert.equal(await page.locator('.side-title').count(), width === 540 ? 2 : 1);
    }
  });

  it('runs over closed folds while the slider is dragged, and opens the one it is let go in', async () => {
    const { page, settle } = await stageOf(netpoll);
    const slider = page.locator('.toolbar input[type=range]');
    await slider.evaluate((e: HTMLInputElement) => {
      e.value = '4';
      e.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await settle();
    assert.match(await page.locator('.row.current').innerText(), /nobody else can notice/);
    assert.equal(await page.locator('[aria-expanded=true].fold-button').count(), 0);
    const id = await page.locator('#steps').getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${id ?? 'none'}`).count(), 1);
    await slider.dispatchEvent('change');
    await settle();
    assert.equal(await page.locator('#step-4.current').count(), 1);
  });

  it('says how long the first picture takes', async () => {
    const stage = await openStage(browser, folder, { width: 540, height: 940, of: netpoll });
    open.push(stage);
    const [run] = netpoll.messages;
    const took = await stage.page.evaluate(
      message =>
        new Promise<number>(done => {
          const begin = performance.now();
          window.dispatchEvent(new MessageEvent('message', { data: message }));
          requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0));
        }),
      run,
    );
    console.log(`      from the verdict's message to the next frame: ${took.toFixed(0)} ms`);
    assert.ok((await stage.page.locator('.row').count()) > 5);
  });

  const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  async function violations({ page, errors }: Stage): Promise<readonly string[]> {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
    const result = await page.evaluate(() =>
      (window as unknown as { axe: { run(options: unknown): Promise<unknown> } }).axe.run({ preload: false }),
    );
    // Axe tries styles of its own, which the page's policy refuses.
    errors.splice(0);
    return (result as AxeResult).violations.map(
      v =>
        `${v.id}: ${v.help}\n    ${v.nodes
          .map(node => `${node.html.slice(0, 200)}\n      ${node.failureSummary ?? ''}`)
          .slice(0, 3)
          .join('\n    ')}`,
    );
  }

  for (const theme of Object.keys(themes) as Theme[])
    it(`gives axe nothing to object to in any view: ${theme}`, async () => {
      const problems: string[] = [];
      const stage = await stageOf(netpoll, { theme });
      const { page, settle } = stage;
      await page.locator('#steps').focus();
      for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowDown');
      for (const tab of ['why', 'state', 'odds', 'play', 'compare', 'watch', 'text']) {
        await page.locator(`#tab-${tab}`).click();
        await page.waitForTimeout(150);
        problems.push(...(await violations(stage)).map(v => `${tab}: ${v}`));
      }
      await page.locator('#tab-play').click();
      await page.locator('vscode-button', { hasText: 'Play from the start' }).click();
      await page.locator('.choice').first().waitFor();
      problems.push(...(await violations(stage)).map(v => `free play: ${v}`));
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.locator('dialog[open]').waitFor();
      problems.push(...(await violations(stage)).map(v => `keys: ${v}`));
      await page.keyboard.press('Escape');
      await settle();
      const narrow = await stageOf(abba, { theme, width: 600 });
      problems.push(...(await violations(narrow)).map(v => `deadlock, narrow: ${v}`));
      const good = await stageOf(holds, { theme });
      problems.push(...(await violations(good)).map(v => `holds: ${v}`));
      assert.deepEqual(problems, []);
    });
});
