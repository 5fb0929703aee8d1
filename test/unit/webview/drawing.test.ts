/** Where everything stands: wide and as rails, columns of state, broken text; the picture; facts read off a trace. */
import { strict as assert } from 'node:assert';
import { build } from 'esbuild';
import { replayView } from '../../../src/ide/replay';
import type { ViewStatus, ViewTrace } from '../../../src/protocol/view';
import { draw, type Drawing } from '../../../src/report/drawing';
import {
  bitsWorthSeeing,
  causesOf,
  edgesOf,
  gracesOf,
  isLaterReader,
  levelOf,
  names,
  touchOf,
} from '../../../src/report/facts';
import { pictureOf } from '../../../src/report/picture';
import { arrowMarks, rowMarks } from '../../../src/report/svg';
import { bandsOf, pairedBands, stackedBands } from '../../../src/webview/bands';
import { runsAt, shortNumber } from '../../../src/webview/odds';
import { fixtureFile, fixtureLines, netpollReport } from '../../fixtures/netpollReport';

const view = replayView(netpollReport, {
  harness: '/netpoll.race.c',
  seconds: 0.5,
  files: [fixtureFile],
  problems: [],
  lines: () => fixtureLines,
});
const trace = view.trace;
assert.ok(trace);
const font = { char: 7, line: 18 };
const drawn = (width: number, more: object = {}): Drawing =>
  draw(trace, { width, font, isOpen: () => true, ...more });
const place = { path: '/a.c', start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

/** A trace of threads that only read and wait: per step who moves, and what holds for whom afterwards. */
function story(
  threads: readonly string[],
  steps: readonly (readonly [thread: number, after: Readonly<Record<number, Partial<ViewStatus>>>])[],
): ViewTrace {
  let statuses: readonly ViewStatus[] = threads.map(() => ({ state: 'running', holds: [], frames: [] }));
  const moments = [{ threads: statuses, values: [] }];
  for (const [, after] of steps) {
    statuses = statuses.map((status, i) => ({ ...status, ...after[i] }));
    moments.push({ threads: statuses, values: [] });
  }
  return {
    threads: threads.map(name => ({ name, context: 'process', cpu: 0 })),
    cells: [],
    steps: steps.map(([thread]) => ({
      thread,
      text: 'x();',
      operation: 'load',
      place,
      frames: [],
      reads: [],
      changes: [],
      preemption: false,
    })),
    moments,
  };
}

describe('the drawing', () => {
  it('has a column of text for each lane where there is room, else rails and one column', () => {
    const wide = drawn(1400);
    assert.equal(wide.compact, false);
    const lefts = wide.lanes.map(lane => lane?.text ?? 0);
    assert.equal(new Set(lefts).size, lefts.length);
    const narrow = drawn(520);
    assert.equal(narrow.compact, true);
    assert.equal(new Set(narrow.lanes.map(lane => lane?.text)).size, 1);
  });

  it('keeps every lane, column and line inside its width', () => {
    for (const width of [300, 520, 860, 1400]) {
      const drawing = drawn(width, { watches: ['a', 'b'] });
      for (const lane of drawing.lanes) assert.ok(lane && lane.text + lane.textWidth <= drawing.width);
      for (const column of drawing.columns) assert.ok(column.x + column.width <= drawing.width + 1);
      for (const row of drawing.rows)
        for (const block of row.blocks)
          for (const line of block.lines) {
            const room = (drawing.lanes[block.lane]?.textWidth ?? 0) - line.indent;
            if (line.kind === 'code') assert.ok(line.text.length * font.char <= room + font.char, line.text);
          }
    }
  });

  it('leaves no gap between rows, and knows the row of every position', () => {
    const drawing = drawn(860);
    let top = 0;
    for (const row of drawing.rows) {
      assert.equal(row.top, top);
      top += row.height;
    }
    assert.equal(drawing.height, top);
    for (let at = 0; at <= trace.steps.length; at++)
      assert.equal(drawing.rows[drawing.rowOf(at)]?.position, at);
  });

  it('says how many steps a filter leaves out', () => {
    const drawing = drawn(860, { shows: (step: number) => step % 4 === 0 });
    const gaps = drawing.rows.filter(row => row.kind === 'gap');
    assert.ok(gaps.length > 1);
    assert.match(gaps[0]?.blocks[0]?.lines[0]?.text ?? '', /^3 steps left out/);
  });

  it('draws no lane that is hidden, and none of its steps', () => {
    const drawing = drawn(860, { hiddenThreads: new Set([1]) });
    assert.equal(drawing.lanes[1], undefined);
    assert.ok(drawing.rows.every(row => row.row?.kind !== 'step' || row.row.step.thread !== 1));
  });

  it('has a column for each bit that matters, at each step as the trace has it', () => {
    const drawing = drawn(1200);
    const bits = drawing.columns.flatMap(column => (column.kind === 'bit' ? [column] : []));
    assert.ok(bits.some(column => column.label === 'SCHED') && bits.some(column => column.label === 'NPSVC'));
    for (const row of drawing.rows) {
      if (row.kind !== 'step') continue;
      const marks = rowMarks(drawing, row);
      for (const change of row.row?.kind === 'step' ? row.row.step.changes : [])
        for (const name of change.set)
          if (bits.some(b => b.bit.name === name)) assert.ok(marks.includes('touch set'), name);
    }
  });

  it('numbers the arrows, decisive ones solid', () => {
    const marks = arrowMarks(drawn(860), [
      { first: 0, then: 4, decisive: true },
      { first: 5, then: 2, decisive: false },
      { first: 5, then: 999, decisive: true },
    ]);
    assert.equal(marks.match(/class="order decisive"/g)?.length, 1);
    assert.equal(marks.match(/class="order helps"/g)?.length, 1);
  });

  it('stands beside another one: the common rows in one line, then the line where they part', () => {
    const [left, right] = [drawn(430), drawn(430)];
    const same = bandsOf(left).length;
    const bands = pairedBands(left, right, 5, position => position);
    const at = bands.findIndex(band => band.parts);
    assert.ok(at > 5);
    for (const band of bands.slice(0, at)) assert.equal(band.sides[0]?.position, band.sides[1]?.position);
    assert.equal(bands.length, same + 1);
  });
});

describe('the picture', () => {
  it('is well-formed, has all steps and its own colours, and nothing that runs or loads', () => {
    for (const theme of ['light', 'dark'] as const) {
      const text = pictureOf(view, {
        title: 'a & b <c>',
        theme,
        arrows: [{ first: 0, then: 4, decisive: true, text: 'a < b' }],
      });
      assert.match(text, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      for (const bad of ['<script', 'href', 'url(', 'var(', 'undefined', 'NaN', '<c>', ' on'])
        assert.ok(!text.includes(bad === ' on' ? ' onload' : bad), bad);
      const open = text.match(/<(g|text|svg|style|title)\b/g)?.length;
      const closed = text.match(/<\/(g|text|svg|style|title)>/g)?.length;
      assert.equal(open, closed);
    }
  });
});

describe('facts of a trace', () => {
  const cell = trace.cells.findIndex(c => c.name === 'napi.state');
  const of = trace.cells[cell]!;
  const bit = (name: string): (typeof of.bits)[number] => of.bits.find(b => b.name.endsWith(name))!;
  it('tell a bit by its name in either form, and no other', () => {
    assert.ok(names('test_bit(NAPI_STATE_NPSVC, &x)', bit('NPSVC'), of));
    assert.ok(names('n->state & NAPIF_STATE_NPSVC', bit('NPSVC'), of));
    assert.ok(!names('n->state & NAPIF_STATE_NPSVCX', bit('NPSVC'), of));
    assert.ok(!names('n->state & NAPIF_STATE_SCHED_THREADED', bit('SCHED'), of));
  });
  it('follow a bit through all moments as the engine’s numbers say', () => {
    for (const b of bitsWorthSeeing(trace, cell)) {
      let on = levelOf(trace, 0, cell, b);
      trace.steps.forEach((step, i) => {
        const touch = touchOf(step, cell, b, of);
        if (touch === 'set') on = 'on';
        if (touch === 'cleared') on = 'off';
        assert.equal(levelOf(trace, i + 1, cell, b), on, `${b.name} after step ${String(i + 1)}`);
      });
    }
  });
  it('know a grace period: who was there, when each left, who came later', () => {
    const of2 = story(
      ['reader', 'softirq', 'updater', 'late'],
      [
        [0, { 0: { reader: 'rcu_read_lock' } }],
        [1, { 1: { reader: 'softirq' } }],
        [2, { 2: { state: 'blocked', gracePeriod: ['reader', 'softirq'] } }],
        [3, { 3: { reader: 'rcu_read_lock' } }],
        [1, { 1: { reader: undefined }, 2: { state: 'blocked', gracePeriod: ['reader'] } }],
        [0, { 0: { reader: undefined }, 2: { state: 'blocked', gracePeriod: [] } }],
        [2, { 2: { state: 'running', gracePeriod: undefined } }],
        [3, { 3: { reader: undefined } }],
      ],
    );
    const graces = gracesOf(of2);
    assert.deepEqual(graces, [
      {
        thread: 2,
        from: 2,
        to: 6,
        readers: [
          { thread: 0, why: 'rcu_read_lock', left: 5 },
          { thread: 1, why: 'softirq', left: 4 },
        ],
        later: [{ thread: 3, from: 3, to: 7 }],
      },
    ]);
    assert.ok(isLaterReader(graces, 3, 5) && !isLaterReader(graces, 0, 4) && !isLaterReader(graces, 3, 7));
    const drawing = draw(of2, { width: 900, font, isOpen: () => true });
    assert.ok(drawing.columns.some(column => column.kind === 'grace'));
    const all = drawing.rows.map(row => rowMarks(drawing, row)).join('');
    assert.match(all, /softirq counts as a reader/);
    assert.match(all, /bar reader later/);
  });
  it('close causality over the engine’s edges', () => {
    const edges = [[], [0], [], [2], [1, 3]];
    assert.deepEqual(causesOf(edges, 4), { before: new Set([0, 1, 2, 3]), after: new Set() });
    assert.deepEqual(causesOf(edges, 2), { before: new Set(), after: new Set([3, 4]) });
    const own = edgesOf(trace);
    trace.steps.forEach((_, i) => assert.ok(own[i]?.every(from => from < i)));
  });
});

describe('where there is little width', () => {
  const thin = drawn(240, { compact: true, thin: true, bare: true });
  it('thin rails leave the text the room, and draw no bars', () => {
    assert.ok(thin.width <= 240, String(thin.width));
    const room = (of: Drawing): number => of.lanes.find(lane => lane)?.textWidth ?? 0;
    const at400 = { compact: true, bare: true };
    assert.ok(room(drawn(400, { ...at400, thin: true })) > room(drawn(400, at400)) + 15);
    const marks = (of: Drawing): string => of.rows.map(row => rowMarks(of, row)).join('');
    assert.doesNotMatch(marks(thin), /class="bar/);
    assert.match(marks(drawn(240, { compact: true })), /class="bar/);
  });
  it('two drawings stand one below the other: all of the first, the second from where they part', () => {
    const bands = stackedBands(thin, thin, 5);
    const [first, second] = [0, 1].map(side => bands.flatMap(band => band.sides[side] ?? []));
    assert.equal(first?.length, thin.rows.length);
    assert.deepEqual(
      second?.flatMap(row => (row.kind === 'step' ? [row.position] : [])),
      trace.steps.flatMap((_, index) => (index >= 5 ? [index + 1] : [])),
    );
    assert.equal(bands.filter(band => band.parts).length, 1);
    bands.forEach((band, i) => {
      const before = bands[i - 1];
      assert.equal(band.top, before ? before.top + before.height : 0);
    });
  });
  it('threads that wait for ever are named one below the other', () => {
    const ends = trace.threads.map(() => 'waits for ever');
    const end = drawn(300, { compact: true, ends }).rows.at(-1);
    assert.equal(end?.kind, 'end');
    assert.equal(end.blocks.length, 1);
    assert.ok(end.height >= (end.blocks[0]?.lines.length ?? 0) * font.line);
    assert.equal(end.blocks[0]?.lines.filter(line => line.kind === 'thread').length, trace.threads.length);
  });
});

describe('odds', () => {
  const points = [1, 2, 4].map(factor => ({
    factor,
    probability: factor / 100,
    error: 0,
    runs: 100 / factor,
  }));
  it('move along the curve between its points', () => {
    assert.ok(Math.abs((runsAt(points, 1) ?? 0) - 100) < 1e-9);
    assert.ok(Math.abs((runsAt(points, 2 ** 1.5) ?? 0) - 100 / 2 ** 1.5) < 1e-6);
    assert.ok(Math.abs((runsAt(points, 9) ?? 0) - 25) < 1e-9);
    assert.equal(runsAt([{ factor: 1, probability: 0, error: 0, runs: null }], 1), null);
  });
  it('are said in numbers that mean something', () => {
    assert.deepEqual([3.51, 44.4, 12345, 3.4e9].map(shortNumber), ['3.5', '44', '12,300', '3.4 × 10⁹']);
  });
});

describe('the page’s script', () => {
  it('is smaller than 400 kB', async () => {
    const { outputFiles } = await build({
      entryPoints: ['src/webview/main.ts'],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2022',
    });
    assert.ok(outputFiles[0]!.contents.length < 400_000, String(outputFiles[0]!.contents.length));
  });
});
