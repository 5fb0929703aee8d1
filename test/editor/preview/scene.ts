/** What the preview shows: messages as the extension sends them, per scene. */
import type { ToPanel } from '../../../src/protocol/panel';
import { graceView } from './grace';
import { replayView } from '../../../src/ide/replay';
import { fixtureFile, fixtureLines, netpollReport } from '../../fixtures/netpollReport';

const context = {
  harness: '/netpoll.race.c',
  seconds: 0.21,
  files: [fixtureFile],
  problems: [],
  lines: () => fixtureLines,
  program: {
    name: '/netpoll.race.c',
    sites: [],
    layouts: [],
    objects: [],
    functions: [],
    init: [],
    finally: [],
    assumptions: [],
    settings: {},
    threads: netpollReport.trace?.threads.map(thread => ({ ...thread, entry: 0, repeat: 1 })) ?? [],
    expectation: { kind: 'hang', possible: false },
  },
} as const;
const view = replayView(netpollReport, context);
const keep = { version: 2, harness: 'file:///netpoll.race.c', step: 0, follow: true } as const;

function run(step: number): ToPanel {
  return {
    version: 2,
    type: 'run',
    run: {
      view,
      title: 'netpoll.race.c',
      fix: {
        label: 'synchronize_rcu() at the end of netpoll_setup()',
        verdict: 'holds',
        applied: false,
      },
    },
    step,
    follow: true,
    keep,
  };
}

const holds = replayView(
  {
    ...netpollReport,
    verdict: { kind: 'holds' },
    exhaustive: true,
    schedule: undefined,
    trace: undefined,
    explanation: undefined,
    also: [],
    states: 4211,
    preemptions: undefined,
  },
  { ...context, program: { ...context.program, expectation: { kind: 'holds', possible: false } } },
);

export const scenes: Readonly<Record<string, readonly ToPanel[]>> = {
  hang: [run(8)],
  end: [run(15)],
  stale: [run(3), { version: 2, type: 'stale', reason: 'netpoll.c was edited' }],
  grace: [
    {
      version: 2,
      type: 'run',
      run: { view: graceView(view), title: 'sample.race.c' },
      step: 9,
      follow: false,
      keep,
    },
  ],
  running: [
    run(3),
    {
      version: 2,
      type: 'progress',
      progress: { phase: 'Simulating netpoll.race.c', states: 184_220, perSecond: 61_407 },
    },
  ],
  holds: [
    {
      version: 2,
      type: 'run',
      run: { view: holds, title: 'netpoll.race.c', before: 'hang' },
      step: 0,
      follow: true,
      keep,
    },
  ],
};
