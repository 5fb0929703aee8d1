/**
 * How fast the replay panel's page is: a schedule of 5,000 steps in 30 threads with state words, scrolled, scrubbed and
 * played in Chromium; prints the time from the verdict's message to the first paint and the script's time per frame.
 *   npm run bench:panel [STEPS THREADS]
 */
import { chromium } from 'playwright-core';
import type { ReplayView, ViewStatus, ViewTrace } from '../src/protocol/view';
import { findBrowser } from '../tools/browser.mjs';
import { buildPage, openStage, runMessage } from '../test/editor/preview/stage';

const [steps = 5000, threads = 30] = process.argv.slice(2).map(Number);
const place = { path: '/kernel/sample.c', start: { line: 41, column: 1 }, end: { line: 41, column: 9 } };

/** Pseudo-random numbers that are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648);
}

function trace(): ViewTrace {
  const next = numbers(7);
  const bits = Array.from({ length: 8 }, (_, number) => ({ number, name: `STATE_BIT_${String(number)}` }));
  const functions = ['outer', 'middle', 'inner_function_with_a_long_name', 'leaf'];
  let statuses: readonly ViewStatus[] = Array.from({ length: threads }, () => ({
    state: 'running',
    holds: [],
    frames: [],
  }));
  let word = 1;
  let counter = 0;
  let thread = 0;
  const moments: ViewTrace['moments'][number][] = [];
  const values = (): ViewTrace['moments'][number]['values'] => [
    { text: String(word), number: String(word) },
    { text: String(counter), number: String(counter) },
  ];
  moments.push({ threads: statuses, values: values() });
  const made = Array.from({ length: steps }, (_, index): ViewTrace['steps'][number] => {
    const switches = next() % 9 === 0;
    if (switches) thread = next() % threads;
    const kind = next() % 5;
    const frames = functions.slice(0, 1 + (next() % 4)).map(name => ({ function: name, place }));
    const changes: ViewTrace['steps'][number]['changes'][number][] = [];
    if (kind === 0) {
      const bit = bits[next() % 8] ?? { number: 0, name: '' };
      const before = word;
      word ^= 1 << bit.number;
      const on = (word >> bit.number) & 1;
      changes.push({
        cell: 0,
        before: String(before),
        after: String(word),
        set: on ? [bit.name] : [],
        cleared: on ? [] : [bit.name],
      });
    }
    if (kind === 1)
      changes.push({ cell: 1, before: String(counter), after: String(++counter), set: [], cleared: [] });
    const own = thread;
    statuses = statuses.map((status, i) =>
      i === own
        ? {
            ...status,
            frames,
            holds: next() % 3 ? ['list_lock'] : [],
            ...(next() % 2 ? { reader: 'softirq' } : { reader: undefined }),
          }
        : status,
    );
    moments.push({ threads: statuses, values: values() });
    return {
      thread,
      text: `function_${String(index % 40)}(&object->member[${String(index)}], FLAG_ONE | FLAG_TWO)`,
      operation: 'store',
      place,
      frames,
      reads: [],
      changes,
      preemption: switches && index > 0,
      ...(kind > 2 ? { folds: true as const } : {}),
    };
  });
  return {
    threads: Array.from({ length: threads }, (_, i) => ({
      name: `worker_${String(i)}`,
      context: 'kthread',
      cpu: i,
    })),
    cells: [
      { name: 'object.state', holds: 'word', bits },
      { name: 'object.count', holds: 'number', bits: [] },
    ],
    steps: made,
    moments,
    doomedAt: Math.floor(steps * 0.7),
  };
}

const view: ReplayView = {
  harness: '/large.race.c',
  verdict: { outcome: 'found', kind: 'hang', message: 'a large one' },
  confirmed: true,
  exhaustive: true,
  states: 1,
  transitions: 1,
  seconds: 1,
  trace: trace(),
  actors: [],
  summary: 'A large schedule.',
  waiters: [],
  cycle: [],
  history: [],
  also: [],
  assumptions: [],
  findings: [],
  bounds: [],
  problems: [],
  files: [],
};

const folder = await buildPage('test-results/bench');
const executablePath = findBrowser({ install: false });
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
const { page } = await openStage(browser, folder, {});
await page.evaluate(
  message => ((window as unknown as { large: unknown }).large = message),
  runMessage(view, '/large.race.c'),
);

const first = await page.evaluate(
  () =>
    new Promise<number>(done => {
      const begin = performance.now();
      // The message itself, without the copy that the browser's inspector makes of it.
      window.dispatchEvent(
        new MessageEvent('message', { data: (window as unknown as { large: unknown }).large }),
      );
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0));
    }),
);
console.log(`${String(steps)} steps, ${String(threads)} threads`);
console.log(`message to first paint  ${first.toFixed(0)} ms`);

/** Does something in every frame; how long the frames took. */
async function frames(name: string, what: 'scroll' | 'scrub' | 'step'): Promise<void> {
  const times = await page.evaluate(
    ([kind, last]) =>
      new Promise<readonly (readonly [number, number])[]>(done => {
        const scroll = document.querySelector('.scroll');
        const slider = document.querySelector<HTMLInputElement>('.toolbar input[type=range]');
        const list = document.querySelector('#steps');
        const took: [number, number][] = [];
        let before = performance.now();
        let n = 0;
        const frame = (): void => {
          const now = performance.now();
          if (n > 0) took.push([now - before, 0]);
          before = now;
          if (n++ === 120) return done(took);
          if (kind === 'scroll') scroll?.scrollBy(0, 120);
          if (kind === 'scrub' && slider) {
            slider.value = String(Math.floor((last * n) / 121));
            slider.dispatchEvent(new Event('input', { bubbles: true }));
          }
          if (kind === 'step')
            list?.dispatchEvent(
              new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }),
            );
          const row = took.at(-1);
          if (row) row[1] = performance.now() - now;
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [what, steps] as const,
  );
  const of = (part: 0 | 1): string => {
    const sorted = times.map(t => t[part]).sort((a, b) => a - b);
    const at = (q: number): string => (sorted[Math.floor(sorted.length * q)] ?? 0).toFixed(1);
    return `median ${at(0.5)}, 95 % ${at(0.95)} ms`;
  };
  console.log(`${name.padEnd(8)} frame ${of(0)}; script in the handler ${of(1)}`);
}
await frames('scroll', 'scroll');
await frames('scrub', 'scrub');
await frames('step', 'step');
await browser.close();
process.exit(0);
