/** What the worker answers about a run that is over: on the demo, through the worker's own messages. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { workerVersion } from '../../../src/host/client';
import type { MethodName, Params, Result } from '../../../src/host/methods';
import { diskFiles } from '../../../src/host/node/files';
import { serve } from '../../../src/host/serve';
import type { ViewPlay } from '../../../src/protocol/examined';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker';

const bytes = (name: string): Uint8Array => readFileSync(`dist/${name}`);
const harness = resolve('samples/netpoll/netpoll.race.c').replace(/\\/g, '/');
const limits = { harness, maxSeconds: 30 };

interface Worker {
  ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  send(message: ToWorker): void;
  /** Methods in the order of their answers. */
  readonly order: string[];
}

function worker(): Worker {
  const waiting = new Map<number, (message: FromWorker) => void>();
  const order: string[] = [];
  let next = 1;
  const take = serve(
    {
      post(message) {
        if ('id' in message && message.type !== 'progress') waiting.get(message.id)?.(message);
      },
    },
    { disk: diskFiles() },
  );
  const runtime = bytes('tree-sitter.wasm');
  take({ version: workerVersion, type: 'start', runtime, grammar: bytes('tree-sitter-c.wasm') });
  return {
    order,
    send: take,
    ask(method, params) {
      const id = next++;
      return new Promise((done, failed) => {
        waiting.set(id, message => {
          order.push(method);
          if (message.type === 'result') done(message.value as never);
          else failed(new Error(message.type === 'failed' ? message.message : message.type));
        });
        take({ version: workerVersion, type: 'request', id, method, params });
      });
    },
  };
}

async function checked(): Promise<{ readonly to: Worker; readonly view: Result<'check'> }> {
  const to = worker();
  const view = await to.ask('check', { harness, maxStates: 100_000, maxSeconds: 60 });
  assert.equal(view.verdict.kind, 'hang');
  return { to, view };
}

describe('worker: behind a verdict', function () {
  this.timeout(60_000);

  it('tells what matters: arrows between rows of the trace', async () => {
    const { to, view } = await checked();
    const { answer } = await to.ask('examine', { ...limits, what: 'matters' });
    assert.ok(!('cannotTell' in answer) && 'arrows' in answer);
    assert.equal(answer.arrows.length, 4);
    assert.equal(answer.sufficient, true);
    assert.deepEqual(answer.beyond, []);
    for (const { first, then, text } of answer.arrows) {
      const [a, b] = [view.trace?.steps[first], view.trace?.steps[then]];
      assert.ok(a && b && first < then && a.thread !== b.thread);
      assert.ok(text.includes(a.text) && text.includes(b.text), text);
    }
  });

  it('tells the twin as a trace of its own that begins alike', async () => {
    const { to, view } = await checked();
    const { answer } = await to.ask('examine', { ...limits, what: 'twin' });
    assert.ok(!('cannotTell' in answer) && 'trace' in answer);
    const texts = (steps: readonly { readonly text: string }[]): readonly string[] =>
      steps.slice(0, answer.shared).map(step => step.text);
    assert.ok(answer.shared > 5);
    assert.deepEqual(texts(answer.trace.steps), texts(view.trace?.steps ?? []));
    assert.notEqual(answer.trace.steps[answer.shared]?.text, view.trace?.steps[answer.shared]?.text);
  });

  it('tells the odds and which calls can be slow, the driver first', async () => {
    const { to } = await checked();
    const { answer } = await to.ask('examine', { ...limits, what: 'odds' });
    assert.ok(!('cannotTell' in answer) && 'calls' in answer);
    assert.ok(answer.probability > 0 && answer.probability < 1 && answer.error < 1e-6);
    assert.equal(answer.calls[0], 'driver_poll');
    const slow = await to.ask('slow', { ...limits, call: 'driver_poll', factor: 16 });
    assert.ok(!('cannotTell' in slow));
    assert.deepEqual(
      slow.points.map(point => point.factor),
      [1, 2, 4, 8, 16],
    );
    assert.ok(Math.abs((slow.points[0]?.probability ?? 0) - answer.probability) < 1e-9);
    assert.ok((slow.points[4]?.probability ?? 0) > answer.probability);
    const none = await to.ask('slow', { ...limits, call: 'no_such_call' });
    assert.ok('cannotTell' in none);
  });

  it('answers others in between, and stops when it is cancelled', async () => {
    const { to } = await checked();
    const odds = to.ask('examine', { ...limits, what: 'odds' });
    await Promise.all([odds, to.ask('status', { path: harness })]);
    assert.deepEqual(to.order.slice(1), ['status', 'examine']);
    const other = to.ask('slow', { ...limits, call: 'driver_poll' });
    await to.ask('status', { path: harness });
    to.send({ version: workerVersion, type: 'cancel', id: 4 });
    const answer = await other;
    assert.ok('cannotTell' in answer && /cancelled/.test(answer.cannotTell), JSON.stringify(answer));
  });

  it('plays freely: into the hang by the schedule, out of it, and from any row, each choice within 50 ms', async () => {
    const { to, view } = await checked();
    const play = async (choices: readonly string[], at?: number): Promise<ViewPlay> => {
      const answer = await to.ask('play', { ...limits, choices, ...(at === undefined ? {} : { at }) });
      assert.ok(!('cannotTell' in answer), JSON.stringify(answer));
      return answer;
    };
    const start = await play([]);
    assert.deepEqual([start.here, start.kinds, start.trace.steps.length], ['can-fail', ['hang'], 0]);
    assert.ok(start.choices.length >= 3);
    // Always take what can still hang, the thread that the schedule takes first.
    let path: readonly string[] = [];
    let worst = 0;
    for (let k = 0; k < 60; k++) {
      const began = process.cpuUsage();
      const here = await play(path);
      const { user, system } = process.cpuUsage(began);
      if (k > 0) worst = Math.max(worst, (user + system) / 1000);
      if (here.ended) {
        assert.equal(here.ended.kind, 'hang');
        break;
      }
      const next =
        here.choices.find(choice => choice.outcome === 'must-fail') ??
        here.choices.find(choice => choice.outcome === 'can-fail');
      assert.ok(next, 'it can be driven into the hang');
      path = [...path, next.key];
    }
    const end = await play(path);
    assert.equal(end.ended?.kind, 'hang');
    assert.ok(end.past.includes('must-fail') && end.past[0] === 'can-fail');
    assert.equal(end.rows.length, path.length + 1);
    assert.ok(worst < 300, `a choice takes ${String(worst)} ms of CPU`);
    const { steps = [], doomedAt = 0 } = view.trace ?? {};
    for (const at of [0, 5, 20, doomedAt - 1, doomedAt, steps.length]) {
      const there = await play([], at);
      // What nobody notices comes with the step before it.
      const texts = (list: readonly { readonly text: string }[]): readonly string[] =>
        list.slice(0, at).map(step => step.text);
      assert.deepEqual(texts(there.trace.steps), texts(steps));
      const isDoomed = there.trace.steps.length >= doomedAt;
      assert.equal(there.here, isDoomed ? 'must-fail' : 'can-fail', String(at));
    }
  });

  it('watches C expressions at every moment, and says what is wrong with others', async () => {
    const { to, view } = await checked();
    const { trace } = view;
    assert.ok(trace);
    const wanted = [
      'napi.state & BIT(0)',
      'test_bit(NAPI_STATE_SCHED, &napi.state)',
      'dev.npinfo',
      'napi.state',
      'n->state',
      'napi.weight - 100',
      'dev.npinfo->refcnt.refs.counter',
      'nosuch + 1',
      'napi.state = 3',
      'napi.nofield',
      'napi.state +',
      'dev',
      'napi_disable(&napi)',
      'a); return (0',
    ];
    const watches = await to.ask('watch', { harness, expressions: wanted, maxSeconds: 10 });
    const of = (expression: string): (typeof watches)[number] => {
      const found = watches.find(w => w.expression === expression);
      assert.ok(found, expression);
      return found;
    };
    // The engine's own trace has the same words.
    const cell = (name: string): number => trace.cells.findIndex(c => c.name === name);
    const bit = (at: number): string =>
      String(Number(trace.moments[at]?.values[cell('napi.state')]?.number ?? 0) & 1);
    for (const at of trace.moments.keys()) {
      assert.equal(of('napi.state & BIT(0)').values[at], bit(at), `SCHED at ${String(at)}`);
      assert.equal(of('test_bit(NAPI_STATE_SCHED, &napi.state)').values[at], bit(at));
      const pointer: string | undefined = trace.moments[at]?.values[cell('dev.npinfo')]?.text;
      assert.equal(of('dev.npinfo').values[at], pointer, `npinfo at ${String(at)}`);
      assert.equal(
        of('napi.state').values[at]?.split(' ')[0],
        trace.moments[at]?.values[cell('napi.state')]?.text,
      );
    }
    assert.match(of('napi.state').values[0] ?? '', /^0x1 \S*SCHED/);
    assert.equal(of('napi.weight - 100').values[0], '-36');
    // n is a variable of napi_disable() and others: there it is the word again.
    const local = of('n->state').values;
    assert.ok(local.some(v => v !== null) && local.some(v => v === null), JSON.stringify(local));
    local.forEach((v, at) => {
      if (v !== null) assert.equal(BigInt(v.split(' ')[0] ?? '') & 1n, BigInt(bit(at)));
    });
    const info = of('dev.npinfo->refcnt.refs.counter');
    assert.equal(info.values[0], null);
    assert.match(info.problem ?? '', /NULL/);
    for (const [expression, problem] of [
      ['nosuch + 1', /nosuch is not known/],
      ['napi.state = 3', /would change memory/],
      ['napi.nofield', /no member nofield/],
      ['napi.state +', /syntax error/],
      ['dev', /it is a struct/],
      ['napi_disable(&napi)', /would change memory/],
      ['a); return (0', /an expression of C/],
    ] as const) {
      assert.deepEqual(
        of(expression).values.filter(v => v !== null),
        [],
        expression,
      );
      assert.match(of(expression).problem ?? '', problem, expression);
    }
    // In a play it is the play's moments.
    const play = await to.ask('play', { ...limits, choices: [], at: 12 });
    assert.ok(!('cannotTell' in play));
    const there = await to.ask('watch', {
      harness,
      expressions: ['napi.state & BIT(0)'],
      play: { choices: [], at: 12 },
      maxSeconds: 10,
    });
    assert.equal(there[0]?.values.length, play.trace.moments.length);
    const state = play.trace.cells.findIndex(c => c.name === 'napi.state');
    play.trace.moments.forEach(({ values }, at) => {
      assert.equal(there[0]?.values[at], String(Number(values[state]?.number ?? 1) & 1), String(at));
    });
  });

  it('runs the schedule on the fixed text until a thread has to wait there', async () => {
    const { to, view } = await checked();
    const path = harness.replace('netpoll.race.c', 'netpoll.c');
    const actions = await to.ask('actions', {
      path,
      open: [],
      start: { line: 0, column: 0 },
      end: { line: 100_000, column: 0 },
    });
    const fix = actions[0];
    assert.ok(fix);
    const answer = await to.ask('compare', { harness, title: fix.title, edits: fix.edits });
    assert.ok(!('cannotTell' in answer), JSON.stringify(answer));
    assert.match(answer.why, /waits at .*synchronize.* for .*normal_napi/);
    assert.equal(answer.verdict.kind, 'holds');
    assert.ok(answer.partsAt > 5 && answer.partsAt < (view.trace?.steps.length ?? 0));
    answer.rows.forEach((row, at) => {
      assert.equal(answer.trace.steps[row]?.text, view.trace?.steps[at]?.text);
    });
    const same = await to.ask('compare', { harness, title: 'the present text' });
    assert.ok(!('cannotTell' in same));
    assert.deepEqual([same.why, same.verdict.kind], ['', 'hang']);
  });

  it('says so where there is nothing to ask about', async () => {
    const to = worker();
    const { answer } = await to.ask('examine', { ...limits, what: 'twin' });
    assert.ok('cannotTell' in answer);
  });
});
