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

  it('says so where there is nothing to ask about', async () => {
    const to = worker();
    const { answer } = await to.ask('examine', { ...limits, what: 'twin' });
    assert.ok('cannotTell' in answer);
  });
});
