/** A report as the editor shows it: places, values before each step, and whether the expectation was met. */
import { strict as assert } from 'node:assert';
import type { Report } from '../../../src/engine/report';
import type { Instruction, Program } from '../../../src/ir/program';
import { meets, replayView, type ReplayContext } from '../../../src/ide/replay';
import { fixtureFile, fixtureLines, fixtureText, netpollReport } from '../../fixtures/netpollReport';

const context: ReplayContext = {
  harness: '/netpoll.race.c',
  seconds: 0.5,
  files: [fixtureFile],
  problems: [],
  lines: file => (file === fixtureFile ? fixtureLines : undefined),
};

function withVerdict(kind: 'holds' | 'hang' | 'deadlock', more: Partial<Report> = {}): Report {
  const verdict = kind === 'holds' ? { kind } : { kind, message: 'm' };
  return { ...netpollReport, verdict, also: [], ...more };
}

describe('replay view', () => {
  const view = replayView(netpollReport, context);
  const trace = view.trace;
  assert.ok(trace);

  it('has one moment more than steps, and the word as it is after each', () => {
    assert.equal(trace.moments.length, trace.steps.length + 1);
    const word = trace.cells.findIndex(cell => cell.name === 'napi.state');
    const values = trace.moments.map(moment => moment.values[word]?.text);
    assert.equal(values[0], '0x11');
    assert.equal(values[8], '0x19');
    assert.equal(values[11], '0x11');
    assert.equal(values.at(-1), '0x15');
  });

  it('names the bits that a step sets and clears', () => {
    assert.deepEqual(trace.steps[7]?.changes[0]?.set, ['NAPI_STATE_NPSVC']);
    assert.deepEqual(trace.steps[7]?.changes[0]?.cleared, []);
    assert.deepEqual(trace.steps[10]?.changes[0]?.cleared, ['NAPI_STATE_NPSVC']);
  });

  it('marks runs of steps that nobody else can notice, not lone ones and not across a remark', () => {
    const base = netpollReport.trace!;
    const [quiet] = base.steps;
    assert.ok(quiet);
    const step = { ...quiet, thread: 0, operation: 'load', reads: [], changes: [], preemption: false };
    const loud = { ...step, operation: 'spin.lock' };
    const folded = (steps: readonly (typeof step)[], doomedAt?: number): string => {
      const { doomedAt: _old, ...rest } = base;
      const own = { ...rest, steps, ...(doomedAt === undefined ? {} : { doomedAt }) };
      return replayView({ ...netpollReport, trace: own }, context)
        .trace!.steps.map(s => (s.folds ? '-' : 'x'))
        .join('');
    };
    assert.equal(folded([step, step, loud, step, loud]), '--xxx');
    assert.equal(folded([step, step, loud], 1), 'xxx');
    assert.equal(folded([step, { ...step, thread: 1 }, loud]), 'xxx');
  });

  it('tells the threads of the harness and what they call, once each', () => {
    const nothing = {
      parameters: 0,
      registers: 0,
      registerNames: [],
      registerTypes: [],
      stack: [],
      body: [],
    };
    const call = (f: number): Instruction => ({ op: 'call', site: 0, function: f, arguments: [] });
    const span = { file: fixtureFile, start: 0, end: 4 };
    const program: Program = {
      name: '/netpoll.race.c',
      sites: [],
      layouts: [],
      objects: [],
      functions: [
        { ...nothing, name: 'rx', body: [call(1), call(2), call(1)] },
        { ...nothing, name: 'poll', span },
        { ...nothing, name: 'log' },
      ],
      threads: [{ name: 'rx', context: 'softirq', entry: 0, repeat: 2, span }],
      init: [],
      finally: [],
      assumptions: [],
      settings: {},
    };
    const place = { path: fixtureFile, start: { line: 0, column: 0 }, end: { line: 0, column: 4 } };
    assert.deepEqual(replayView(withVerdict('holds'), { ...context, program }).actors, [
      {
        name: 'rx',
        context: 'softirq',
        daemon: false,
        repeat: 2,
        place,
        calls: [{ function: 'poll', place }, { function: 'log' }],
      },
    ]);
  });

  it('reads bit 63 and negative numbers exactly', () => {
    const report: Report = {
      ...netpollReport,
      trace: {
        threads: [],
        cells: [{ name: 'w', holds: 'word', bits: { 0: 'LOW', 63: 'HIGH' }, initial: '0', initialValue: 0 }],
        start: [],
        steps: [
          {
            ...netpollReport.trace!.steps[0]!,
            threads: [],
            changes: [{ cell: 0, before: '0', after: '-', beforeValue: 0, afterValue: -(2n ** 63n) + 1n }],
          },
        ],
      },
    };
    assert.deepEqual(replayView(report, context).trace?.steps[0]?.changes[0]?.set, ['LOW', 'HIGH']);
  });

  it('turns spans into lines, and a file that is not at hand into its start', () => {
    const line = fixtureText.slice(0, fixtureText.indexOf('val = READ_ONCE(n->state);')).split('\n').length;
    assert.equal(view.verdict.place?.start.line, line - 1);
    const lost = replayView(netpollReport, { ...context, lines: () => undefined });
    assert.deepEqual(lost.verdict.place?.start, { line: 0, column: 0 });
  });

  it('is printable as JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
  });

  it('never calls cannot-tell anything but unknown', () => {
    const report: Report = {
      ...netpollReport,
      verdict: { kind: 'cannot-tell', reason: 'states', message: 'too many states' },
    };
    const { verdict } = replayView(report, context);
    assert.equal(verdict.outcome, 'unknown');
    assert.equal(verdict.reason, 'states');
  });
});

describe('expectation', () => {
  it('accepts a deadlock for a hang, and not the other way round', () => {
    const hang = { kind: 'hang', possible: false };
    assert.equal(meets(withVerdict('deadlock'), hang), true);
    assert.equal(meets(withVerdict('hang'), { kind: 'deadlock', possible: false }), false);
  });
  it('is holds if the harness says nothing', () => {
    assert.equal(meets(withVerdict('holds'), undefined), true);
    assert.equal(meets(withVerdict('hang'), undefined), false);
  });
  it('wants a confirmed finding unless it says possible', () => {
    const report = withVerdict('hang', { confirmed: false });
    assert.equal(meets(report, { kind: 'hang', possible: false }), false);
    assert.equal(meets(report, { kind: 'hang', possible: true }), true);
  });
});
