/**
 * Pictures of the page, for looking at while it is designed: themes, widths, tabs, of real runs.
 *   node test/editor/preview/look.mjs [WORD...]    only pictures whose names hold a WORD; they go to test-results/panel
 */
import { chromium } from 'playwright-core';
import { buildPage, checked, createWorker, openStage, type Stage, type Theme } from './stage';

const wanted = process.argv.slice(2);
const worker = createWorker();
const folder = await buildPage();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});

type Scene = (stage: Stage) => Promise<void>;
const press =
  (...keys: readonly string[]): Scene =>
  async stage => {
    await stage.page.locator('#steps').focus();
    for (const key of keys) await stage.page.keyboard.press(key);
  };
const tab =
  (name: string, then?: Scene): Scene =>
  async stage => {
    await stage.page.locator(`#tab-${name}`).click();
    await then?.(stage);
  };

const harnesses: Readonly<Record<string, string>> = {
  netpoll: 'samples/netpoll/netpoll.race.c',
  abba: 'samples/teaching/abba.race.c',
  fixed: 'samples/teaching/abba-fixed.race.c',
  callbacks: 'samples/teaching/callbacks-on-exit.race.c',
  lost: 'samples/teaching/lost-wakeup.race.c',
};
const many = Array.from({ length: 11 }, () => 'ArrowDown');
const scenes: Readonly<Record<string, Scene>> = {
  start: () => Promise.resolve(),
  middle: press(...many, ...many),
  end: press('End'),
  state: tab('state', press(...many, ...many)),
  odds: tab('odds', async stage => {
    await stage.page.locator('.curve').waitFor();
    await stage.page.locator('.slow input').fill('5');
  }),
  oddsnow: tab('odds', async stage => {
    await press(...many)(stage);
    await stage.page.locator('.curve').waitFor();
  }),
  play: tab('play', async stage => {
    await stage.page.locator('vscode-button', { hasText: 'Play from the start' }).click();
    await stage.page.locator('.choice').first().waitFor();
    for (let i = 0; i < 6; i++) {
      await stage.page.keyboard.press('1');
      await stage.page.waitForTimeout(150);
    }
  }),
  begin: tab('play', async stage => {
    await stage.page.locator('vscode-button', { hasText: 'Play from the start' }).click();
    await stage.page.locator('.choice').first().waitFor();
  }),
  compare: tab('compare', press('End')),
  parting: tab('compare', async stage => {
    await stage.page.locator('.compare-panel .step-link').click();
  }),
  watch: tab('watch', async stage => {
    await stage.page.locator('#watch').fill('napi.state & NAPIF_STATE_SCHED');
    await stage.page.keyboard.press('Enter');
    await stage.page.waitForTimeout(300);
    await press(...many)(stage);
  }),
  save: tab('text'),
  keys: press('?'),
  causes: async stage => {
    await press(...many, ...many)(stage);
    await stage.page.locator('.chip-button', { hasText: 'causes of' }).click();
  },
};

const known = new Map<string, Awaited<ReturnType<typeof checked>>>();
for (const [harness, path] of Object.entries(harnesses))
  for (const [scene, run] of Object.entries(scenes))
    for (const theme of [
      'dark',
      'light',
      'highContrast',
      'highContrastLight',
    ] as const satisfies readonly Theme[])
      for (const [size, width, zoom, height] of [
        ['1200', 1200, 1, 900],
        ['600', 600, 1, 900],
        ['540', 540, 1, 940],
        ['400', 400, 1, 900],
        ['zoom', 1200, 2, 900],
      ] as const) {
        const id = `${harness}-${scene}-${theme}-${size}`;
        if (!wanted.some(w => w.split('+').every(part => id.split('-').includes(part)))) continue;
        const of = known.get(harness) ?? (await checked(worker, path));
        known.set(harness, of);
        const stage = await openStage(browser, folder, { theme, width, height, zoom, of });
        for (const message of of.messages) await stage.send(message);
        if (of.view.verdict.outcome === 'found')
          await stage.send({
            version: 2,
            type: 'fix',
            fix: { label: 'Wait for a grace period', verdict: 'holds' },
          });
        await stage.settle();
        try {
          await run(stage);
        } catch (error) {
          console.log(id, String(error).split('\n')[0]);
        }
        await stage.page.waitForTimeout(300);
        await stage.page.screenshot({ path: `${folder}/${id}.png` });
        for (const error of stage.errors) console.log(id, error);
        await stage.page.context().close();
      }
await browser.close();
process.exit(0);
