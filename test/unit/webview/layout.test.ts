/** The drawing of a trace: headings, bars, preemptions, names of bits; and the transcript. */
import { strict as assert } from 'node:assert';
import { replayView } from '../../../src/ide/replay';
import type { ViewStatus, ViewTrace } from '../../../src/protocol/view';
import {
  cellOrder,
  commonPrefix,
  foldsOf,
  lanesOf,
  neighbour,
  rowsOf,
  shortBit,
  slotsOf,
  type LaneCell,
  type Row,
} from '../../../src/report/rows';
import { transcript } from '../../../src/webview/transcript';
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

const place = { path: '/a.c', start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

/** A trace of one thread from what holds after each step. */
function traceOf(...statuses: readonly Partial<ViewStatus>[]): ViewTrace {
  const full = statuses.map((status): ViewStatus => ({ state: 'running', holds: [], frames: [], ...status }));
  return {
    threads: [{ name: 't', context: 'process', cpu: 0 }],
    cells: [],
    steps: full.slice(1).map(() => ({
      thread: 0,
      text: 'x();',
      operation: 'load',
      place,
      frames: [],
      reads: [],
      changes: [],
      preemption: false,
    })),
    moments: full.map(status => ({ threads: [status], values: [] })),
  };
}

/** The rows of all steps, nothing folded. */
const stepRows = (of: ViewTrace): readonly Row[] => rowsOf(of).filter(row => row.kind === 'step');

/** What runs through the first lane, row by row. */
const firstLanes = (of: ViewTrace): readonly LaneCell[] =>
  rowsOf(of).flatMap(row => lanesOf(of, slotsOf(of), row)[0] ?? []);

const parts = (of: ViewTrace): readonly (readonly string[])[] =>
  firstLanes(of).map(lane => lane.bars.map(bar => `${bar.kind} ${String(bar.slot)} ${bar.part}`));

describe('lanes', () => {
  const rows = stepRows(trace);

  it('print the functions that a thread has entered since its last step, indented', () => {
    assert.deepEqual(
      rows[8]?.headings.map(h => `${'  '.repeat(h.depth)}${h.function}`),
      ['    driver_poll', '      napi_complete_done'],
    );
    assert.deepEqual(
      rows[2]?.headings.map(h => h.function),
      ['__napi_poll'],
    );
  });

  it('say who was preempted', () => {
    assert.equal(rows[3]?.preempts, 0);
    assert.equal(rows[8]?.preempts, 1);
    assert.equal(rows[9]?.preempts, undefined);
  });

  it('draw a lock from the step that takes it to the step that drops it', () => {
    assert.deepEqual(parts(traceOf({}, { holds: ['l'] }, { holds: ['l'] }, {})), [
      ['lock 0 start'],
      ['lock 0 full'],
      ['lock 0 end'],
    ]);
  });

  it('keep a lock in its column when another goes first', () => {
    assert.deepEqual(parts(traceOf({}, { holds: ['a'] }, { holds: ['a', 'b'] }, { holds: ['b'] })), [
      ['lock 0 start'],
      ['lock 0 full', 'lock 1 start'],
      ['lock 0 end', 'lock 1 full'],
    ]);
  });

  it('tell a reader by context from one that the code writes down', () => {
    const implicit = (reader: string): boolean | undefined =>
      firstLanes(traceOf({}, { reader }))[0]?.bars[0]?.implicit;
    assert.equal(implicit('softirq'), true);
    assert.equal(implicit('rcu_read_lock'), false);
    assert.equal(implicit('rcu_read_lock_bh'), false);
  });

  it('say whom a grace period still waits for, each time that changes', () => {
    const captions = firstLanes(
      traceOf({}, { gracePeriod: ['a', 'b'] }, { gracePeriod: ['a', 'b'] }, { gracePeriod: ['b'] }, {}),
    ).map(lane => lane.bars[0]?.caption);
    assert.deepEqual(captions, [
      'grace period waits for a, b',
      undefined,
      'grace period waits for b',
      'grace period over',
    ]);
  });

  it('know further accesses of one statement from a statement that comes again', () => {
    const [first, ...others] = stepRows(traceOf({}, {}, {})).map(row => row.goesOn);
    assert.equal(first, false);
    assert.deepEqual(others, [true]);
    assert.ok(rows.every(row => !row.goesOn));
  });

  it('end all bars with the thread', () => {
    assert.deepEqual(parts(traceOf({ reader: 'softirq' }, { state: 'done', reader: 'softirq' })), [
      ['reader 0 end'],
    ]);
  });
});

describe('folds', () => {
  /** Letters are threads, small ones steps that nobody else can notice. */
  function folding(text: string, more: Partial<ViewTrace> = {}): ViewTrace {
    const status: ViewStatus = { state: 'running', holds: [], frames: [] };
    const one = traceOf(...Array.from({ length: text.length + 1 }, () => status));
    return {
      ...one,
      threads: ['a', 'b'].map(name => ({ name, context: 'process', cpu: 0 })),
      steps: one.steps.map((step, i) => {
        const letter = text[i] ?? 'A';
        const quiet = letter === letter.toLowerCase() ? { folds: true as const } : {};
        return { ...step, ...quiet, thread: letter.toLowerCase() === 'a' ? 0 : 1, text: `x${String(i)}` };
      }),
      moments: one.moments.map(({ threads }) => ({ threads: [...threads, ...threads], values: [] })),
      ...more,
    };
  }
  const drawn = (of: ViewTrace, open: (from: number) => boolean = () => false): string =>
    rowsOf(of, fold => open(fold.from))
      .map(row =>
        row.kind === 'step'
          ? String(row.index + 1)
          : `${row.open ? 'v' : '>'}${String(row.from + 1)}-${String(row.to + 1)}`,
      )
      .join(' ');

  it('take one row for a run of steps, and a heading and a row for each when open', () => {
    assert.equal(drawn(folding('aaAAaaA')), '>1-2 3 4 >5-6 7');
    assert.equal(
      drawn(folding('aaAAaaA'), from => from === 4),
      '>1-2 3 4 v5-6 5 6 7',
    );
  });
  it('end where another thread goes on, and before a remark', () => {
    assert.equal(drawn(folding('aabbA')), '>1-2 >3-4 5');
    assert.equal(drawn(folding('aaaaA', { doomedAt: 2 })), '>1-2 >3-4 5');
  });
  it('are walked over in one go, those that are open step by step', () => {
    const of = folding('aaAAaaA');
    const [first, second] = foldsOf(of);
    assert.ok(first && second);
    const walk = (from: number, direction: 1 | -1, ...closed: (typeof first)[]): number =>
      neighbour(of, closed, from, direction);
    assert.equal(walk(0, 1, first, second), 3);
    assert.equal(walk(3, -1, first, second), 0);
    assert.equal(walk(4, 1, first, second), 7);
    assert.equal(walk(7, -1, first, second), 4);
    assert.equal(walk(4, 1, first), 5);
  });
  it('print a function that is entered inside above the first step that is shown in it', () => {
    const of = folding('aaA');
    const frames = [
      { function: 'outer', place },
      { function: 'inner', place },
    ];
    const rows = rowsOf({ ...of, steps: of.steps.map(step => ({ ...step, frames })) }, () => false);
    const last = rows.at(-1);
    assert.deepEqual(last?.kind === 'step' && last.headings.map(h => h.function), ['outer', 'inner']);
  });
});

describe('bits', () => {
  const cell = trace.cells.find(c => c.name === 'napi.state')!;
  it('are shown without what their names share', () => {
    assert.equal(commonPrefix(cell.bits), 'NAPI_STATE_');
    assert.equal(shortBit('NAPI_STATE_SCHED', cell), 'SCHED');
  });
  it('keep their names if one alone is named', () => {
    const one = { ...cell, bits: [{ number: 0, name: 'FLAG_A' }] };
    assert.equal(shortBit('FLAG_A', one), 'FLAG_A');
  });
  it('come before other cells, those that never change not at all', () => {
    assert.deepEqual(
      cellOrder(trace).map(index => trace.cells[index]?.name),
      ['napi.state', 'napi.poll_list.next', 'rtnl_mutex', 'dev.npinfo', 'napi.poll_owner'],
    );
  });
});

describe('transcript', () => {
  const text = transcript(view, 'netpoll.race.c');
  it('says all that the panel shows', () => {
    for (const part of [
      'netpoll.race.c: hang (confirmed)',
      'schedule: r1:3n.5c.2n.2c.3d',
      ' 8. netconsole in poll_one_napi(): test_and_set_bit(NAPI_STATE_NPSVC, &napi->state); napi.state +NPSVC',
      '-- from here on the outcome cannot be avoided',
      'ifdown waits for napi.state bit NAPI_STATE_SCHED to be cleared',
      'clears bit NPSVC only',
      'CONFIG_NETPOLL is y (default)',
      'data-race: plain read of n->state',
    ])
      assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
  });
  it('never calls a possible finding confirmed', () => {
    assert.ok(transcript({ ...view, confirmed: false }, 'x').startsWith('x: hang (possible)'));
  });
});
