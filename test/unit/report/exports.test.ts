/** What a reader takes along: Mermaid, JSON, schedule files. On the netpoll story and on small ones. */
import { strict as assert } from 'node:assert';
import { check } from '../../../src/engine/index';
import { placeOf, replayView } from '../../../src/ide/replay';
import {
  hashOfText,
  parseScheduleFile,
  printScheduleFile,
  relativePath,
  type ScheduleFile,
} from '../../../src/ide/scheduleFile';
import type { ReplayView, ViewTrace } from '../../../src/protocol/view';
import { mermaidOf } from '../../../src/report/mermaid';
import { traceJson } from '../../../src/report/traceJson';
import { programOf } from '../engine/checking';

function viewOf(text: string): { readonly view: ReplayView; readonly trace: ViewTrace } {
  const lines = (): undefined => undefined;
  const view = replayView(check(programOf(text)), {
    harness: '/w/a.race.c',
    seconds: 0,
    files: [],
    problems: [],
    lines,
  });
  assert.ok(view.trace, view.verdict.message);
  assert.ok(placeOf({ file: '/w/a.race.c', start: 0, end: 0 }, { lines }));
  return { view, trace: view.trace };
}

const lost = `object x: u32
  thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`;

const hang = `object flag: u32
  thread process waiter { again: r0 = load u32 flag once; unless r0 goto again }
  thread softirq other { r0 = load u32 flag; store u32 flag 0 }`;

describe('report: a schedule as a Mermaid diagram', () => {
  it('has a participant for each thread, its steps, what they change and who was preempted', () => {
    const { view, trace } = viewOf(lost);
    assert.equal(
      mermaidOf({ trace, verdict: view.verdict, title: 'lost "update"', schedule: 'rl1:0:a1' }),
      `---
title: "lost \\"update\\""
---
sequenceDiagram
  %% rl1:0:a1
  participant t0 as a<br/>process, CPU 0
  participant t1 as b<br/>process, CPU 1
  t0->>t0: 1. r0 = load u32 x
  Note over t0: preempted
  t1->>t1: 2. r0 = load u32 x
  t1->>t1: 3. store u32 x r0
  Note right of t1: x = 1
  Note over t1: b is done
  t0->>t0: 4. store u32 x r0
  Note over t0: a is done
  Note over t0,t1: assertion<br/>RACE_FINALLY does not hold at rest
`,
    );
  });

  it('says from where on a hang cannot be avoided, and loops what goes on for ever', () => {
    const { view, trace } = viewOf(hang);
    const text = mermaidOf({ trace, verdict: view.verdict });
    assert.match(text, /Note over t0,t1: from here on the hang cannot be avoided/);
    assert.equal(text.match(/^ {2}loop for ever$/gm)?.length, trace.lassoAt === undefined ? undefined : 1);
    assert.equal(text.match(/^ {2}end$/gm)?.length, trace.lassoAt === undefined ? undefined : 1);
    assert.match(text, /Note over t0,t1: hang<br\/>waiter can never finish/);
  });

  it('leaves nothing in that Mermaid would take for its own', () => {
    const { view, trace } = viewOf(lost);
    const steps = trace.steps.map(step => ({ ...step, text: 'a; b # c <d> "e"\n end' }));
    const text = mermaidOf({ trace: { ...trace, steps }, verdict: view.verdict });
    assert.match(text, /1\. a#59; b #35; c #60;d#62; #34;e#34; #101;nd$/m);
  });
});

describe('report: a trace as JSON', () => {
  it('has names in place of numbers, and says what each step follows from', () => {
    const { view, trace } = viewOf(lost);
    const json = JSON.parse(
      traceJson({ harness: 'a.race.c', trace, verdict: view.verdict, schedule: 's' }),
    ) as {
      readonly steps: readonly Record<string, unknown>[];
      readonly threads: readonly { readonly name: string }[];
    } & Record<string, unknown>;
    assert.deepEqual([json['racelens'], json['version'], json['schedule']], ['trace', 1, 's']);
    assert.deepEqual(
      json.threads.map(t => t.name),
      ['a', 'b'],
    );
    assert.deepEqual(
      json.steps.map(s => [s['thread'], s['text'], s['after']]),
      [
        ['a', 'r0 = load u32 x', []],
        ['b', 'r0 = load u32 x', []],
        ['b', 'store u32 x r0', [0, 1]],
        ['a', 'store u32 x r0', [2]],
      ],
    );
    assert.deepEqual(json.steps[2]?.['changes'], [
      { cell: 'x', before: '0', after: '1', set: [], cleared: [] },
    ]);
  });
});

describe('schedule files', () => {
  const file: ScheduleFile = {
    harness: '../a.race.c',
    schedule: 'rl1:1234:a1b2',
    step: 3,
    verdict: 'hang',
    files: { 'a.c': hashOfText('int x;') },
    steps: [
      { thread: 'a', text: 'x = "1"', function: 'f' },
      { thread: 'b', text: 'y', function: 'g', choice: 1 },
    ],
  };

  it('are read as they were written, a step a line', () => {
    const text = printScheduleFile(file);
    assert.deepEqual(parseScheduleFile(text), file);
    assert.equal(text.split('\n').filter(line => line.includes('"thread"')).length, 2);
    assert.deepEqual(parseScheduleFile(printScheduleFile({ ...file, steps: [] })), { ...file, steps: [] });
  });

  it('say what is wrong with them', () => {
    const problem = (text: string): string => {
      const found = parseScheduleFile(text);
      return 'problem' in found ? found.problem : 'none';
    };
    assert.match(problem('{'), /no JSON/);
    assert.match(problem('[]'), /no schedule of Racelens/);
    assert.match(problem('{"racelens":"schedule","version":9}'), /version 9/);
    assert.match(problem('{"racelens":"schedule","version":1}'), /no harness/);
    const odd = parseScheduleFile(
      '{"racelens":"schedule","version":1,"harness":"a","schedule":"s","step":-1,"files":{"a":1},"steps":[1,{"thread":"a"}]}',
    );
    assert.deepEqual(odd, { harness: 'a', schedule: 's', step: 0, verdict: '', files: {}, steps: [] });
  });

  it('name files as seen from their own folder', () => {
    assert.equal(relativePath('/w/a', '/w/a/b.c'), 'b.c');
    assert.equal(relativePath('/w/a/s', '/w/a/b.c'), '../b.c');
    assert.equal(relativePath('/w/x/y', '/w/a/b.c'), '../../a/b.c');
  });

  it('hash texts so that another text has another hash', () => {
    assert.equal(hashOfText('a').length, 16);
    assert.notEqual(hashOfText('ab'), hashOfText('ba'));
  });
});
