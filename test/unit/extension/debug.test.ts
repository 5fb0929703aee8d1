/** The debug adapter by its protocol, on the schedule that the engine finds for the demo. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createLineMap } from '../../../src/base/span';
import { RaceDebugSession } from '../../../src/extension/debug/adapter';
import { createTranslate } from '../../../src/webview/words';
import type { NoStage, Stage } from '../../../src/extension/debug/stage';
import { replayView } from '../../../src/ide/replay';
import type { ViewTrace } from '../../../src/protocol/view';
import { checkNow, diskPipeline, samplesFolder } from '../pipeline';

const harness = `${samplesFolder}/netpoll/netpoll.race.c`;
const dev = `${samplesFolder}/netpoll/dev.c`;
const lineOf = (text: string): number =>
  readFileSync(dev, 'utf8')
    .split('\n')
    .findIndex(line => line.includes(text)) + 1;

async function stageOfDemo(): Promise<{ readonly stage: Stage; move(position: number): void }> {
  const answer = checkNow(await diskPipeline(), { harness });
  const view = replayView(answer.report, {
    harness,
    seconds: 0,
    files: answer.files,
    problems: [],
    lines: path => createLineMap(readFileSync(path, 'utf8')),
    ...(answer.program ? { program: answer.program } : {}),
  });
  assert.ok(view.trace);
  let position = 0;
  const listeners = new Set<() => void>();
  const stage: Stage = {
    title: 'netpoll.race.c',
    kind: view.verdict.kind,
    summary: view.summary,
    trace: view.trace,
    position: () => position,
    goTo(to) {
      position = to;
      for (const listener of listeners) listener();
    },
    onDidMove(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    evaluate: (expression, at) =>
      Promise.resolve(
        expression === '1 + 1' ? { value: `2 at ${String(at)}` } : { problem: `no ${expression}` },
      ),
  };
  return {
    stage,
    move: to => {
      stage.goTo(to);
    },
  };
}

/** Speaks the protocol with an adapter: requests are answered, events are kept. */
function client(opened: Stage | NoStage): {
  ask<T>(command: string, args?: unknown): Promise<T>;
  refusal(command: string, args?: unknown): Promise<string>;
  readonly events: DebugProtocol.Event[];
  stop(): DebugProtocol.StoppedEvent['body'];
} {
  const session = new RaceDebugSession({
    t: createTranslate({}),
    open: () => Promise.resolve(opened),
    toDebugger: path => path,
    fromDebugger: path => path,
  });
  const events: DebugProtocol.Event[] = [];
  const waiting = new Map<number, (response: DebugProtocol.Response) => void>();
  session.onDidSendMessage((sent: unknown) => {
    const message = sent as DebugProtocol.ProtocolMessage;
    if (message.type === 'event') events.push(message as DebugProtocol.Event);
    else {
      const response = message as DebugProtocol.Response;
      waiting.get(response.request_seq)?.(response);
    }
  });
  let seq = 0;
  const send = (command: string, args: unknown): Promise<DebugProtocol.Response> =>
    new Promise(resolve => {
      const number = ++seq;
      waiting.set(number, resolve);
      session.handleMessage({
        seq: number,
        type: 'request',
        command,
        arguments: args,
      } as DebugProtocol.Request);
    });
  return {
    events,
    async ask<T>(command: string, args: unknown = {}) {
      const response = await send(command, args);
      assert.ok(response.success, `${command}: ${String(response.message)}`);
      return response.body as T;
    },
    async refusal(command, args = {}) {
      const response = await send(command, args);
      assert.ok(!response.success);
      return response.message ?? '';
    },
    stop() {
      const last = events.filter(event => event.event === 'stopped').at(-1);
      assert.ok(last);
      return (last as DebugProtocol.StoppedEvent).body;
    },
  };
}

type Frames = DebugProtocol.StackTraceResponse['body'];
type Scopes = DebugProtocol.ScopesResponse['body'];
type Variables = DebugProtocol.VariablesResponse['body'];
type Breakpoints = DebugProtocol.SetBreakpointsResponse['body'];
type DataInfo = DebugProtocol.DataBreakpointInfoResponse['body'];

describe('the debug adapter', function () {
  this.timeout(20_000);
  let trace: ViewTrace;
  let stage: Stage;
  let move: (position: number) => void;
  let debug: ReturnType<typeof client>;
  const variables = async (scope: string, name?: string): Promise<DebugProtocol.Variable[]> => {
    const thread = debug.stop().threadId ?? 0;
    const { stackFrames } = await debug.ask<Frames>('stackTrace', { threadId: thread });
    const { scopes } = await debug.ask<Scopes>('scopes', { frameId: stackFrames[0]?.id });
    const reference = scopes.find(one => one.name === scope)?.variablesReference;
    const all = (await debug.ask<Variables>('variables', { variablesReference: reference })).variables;
    if (name === undefined) return all;
    const inner = all.find(one => one.name === name)?.variablesReference;
    return (await debug.ask<Variables>('variables', { variablesReference: inner })).variables;
  };

  beforeEach(async () => {
    ({ stage, move } = await stageOfDemo());
    ({ trace } = stage);
    debug = client(stage);
    await debug.ask('initialize', { adapterID: 'racelens', pathFormat: 'path' });
    await debug.ask('launch', { harness });
    await debug.ask('configurationDone');
  });

  it('stops at the start, with a frame for each thread', async () => {
    assert.equal(debug.stop().reason, 'entry');
    const { threads } = await debug.ask<DebugProtocol.ThreadsResponse['body']>('threads');
    assert.deepEqual(
      threads.map(thread => thread.name),
      ['normal_napi (softirq, CPU 0)', 'netconsole (process, CPU 1)', 'ifdown (process, CPU 2)'],
    );
    for (const { id } of threads)
      assert.ok((await debug.ask<Frames>('stackTrace', { threadId: id })).stackFrames.length > 0);
  });

  it('shows at each position, forward and back, the step and the state that the trace has there', async () => {
    const there = [...trace.steps.keys()].map(at => at + 1);
    for (const [command, positions] of [
      ['stepIn', there],
      ['stepBack', [...there].reverse().slice(1)],
    ] as const)
      for (const position of positions) {
        await debug.ask(command, { threadId: 1 });
        assert.equal(stage.position(), position);
        const step = trace.steps[position - 1];
        assert.ok(step);
        assert.equal(debug.stop().threadId, step.thread + 1);
        const { stackFrames } = await debug.ask<Frames>('stackTrace', { threadId: step.thread + 1 });
        assert.equal(stackFrames[0]?.line, step.place.start.line + 1);
        assert.equal(stackFrames[0]?.name, step.frames.at(-1)?.function ?? trace.threads[step.thread]?.name);
        const word = trace.cells.findIndex(cell => cell.name === 'napi.state');
        const number = BigInt(trace.moments[position]?.values[word]?.number ?? '-1');
        const shown = (await variables('State', 'napi')).find(one => one.name === 'state');
        assert.ok(shown);
        const bits = await debug.ask<Variables>('variables', {
          variablesReference: shown.variablesReference,
        });
        for (const bit of trace.cells[word]?.bits ?? [])
          assert.equal(
            bits.variables.find(one => one.name === bit.name)?.value,
            String((number >> BigInt(bit.number)) & 1n),
          );
      }
  });

  it('runs to breakpoints on lines, and back', async () => {
    const wanted = lineOf('set_bit(NAPI_STATE_DISABLE');
    const { breakpoints } = await debug.ask<Breakpoints>('setBreakpoints', {
      source: { path: dev },
      breakpoints: [{ line: wanted }, { line: 1 }],
    });
    assert.deepEqual(
      breakpoints.map(point => point.verified),
      [true, false],
    );
    await debug.ask('continue', { threadId: 1 });
    const first = stage.position();
    assert.equal(trace.steps[first - 1]?.place.start.line, wanted - 1);
    move(trace.steps.length);
    await debug.ask('reverseContinue', { threadId: 1 });
    assert.equal(trace.steps[stage.position() - 1]?.place.start.line, wanted - 1);
  });

  it('runs to the call of a function, and over calls', async () => {
    await debug.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'poll_one_napi' }] });
    await debug.ask('continue', { threadId: 1 });
    const at = stage.position();
    const { thread, frames } = trace.steps[at - 1] ?? { thread: 0, frames: [] };
    assert.equal(frames.at(-1)?.function, 'poll_one_napi');
    assert.equal(debug.stop().reason, 'function breakpoint');
    await debug.ask('stepOut', { threadId: thread + 1 });
    const after = trace.steps[stage.position() - 1];
    assert.equal(after?.thread, thread);
    assert.ok(after.frames.length < frames.length);
  });

  it('runs to the change of a bit', async () => {
    const info = await (async () => {
      const napi = (await variables('State')).find(one => one.name === 'napi');
      const inner = await debug.ask<Variables>('variables', { variablesReference: napi?.variablesReference });
      const word = inner.variables.find(one => one.name === 'state');
      return debug.ask<DataInfo>('dataBreakpointInfo', {
        variablesReference: word?.variablesReference,
        name: 'NAPI_STATE_NPSVC',
      });
    })();
    assert.ok(info.dataId !== null);
    await debug.ask('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
    const seen: string[] = [];
    for (;;) {
      await debug.ask('continue', { threadId: 1 });
      if (stage.position() === trace.steps.length) break;
      assert.equal(debug.stop().reason, 'data breakpoint');
      for (const change of trace.steps[stage.position() - 1]?.changes ?? [])
        seen.push(...change.set.map(bit => `+${bit}`), ...change.cleared.map(bit => `-${bit}`));
    }
    assert.deepEqual(seen, ['+NAPI_STATE_NPSVC', '-NAPI_STATE_NPSVC']);
  });

  it('ends in the finding, and says what it is', async () => {
    await debug.ask('continue', { threadId: 1 });
    assert.equal(stage.position(), trace.steps.length);
    assert.equal(debug.stop().reason, 'exception');
    const info = await debug.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', {
      threadId: 1,
    });
    assert.equal(info.exceptionId, 'hang');
    assert.match(info.description ?? '', /ifdown can never finish/);
    await debug.ask('restart');
    assert.equal(stage.position(), 0);
  });

  it('follows when the panel moves', () => {
    const before = debug.events.length;
    move(5);
    assert.equal(debug.stop().description, `step 5 of ${String(trace.steps.length)}`);
    assert.ok(debug.events.length > before);
  });

  it('evaluates cells by their names in C, and asks for the rest', async () => {
    const value = await debug.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', {
      expression: 'dev.npinfo',
    });
    assert.equal(value.result, 'NULL');
    assert.equal(
      (await debug.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: '1 + 1' })).result,
      '2 at 0',
    );
    assert.match(await debug.refusal('evaluate', { expression: 'x +', context: 'watch' }), /no x \+/);
  });

  it('says why there is nothing to debug', async () => {
    const holds = client({ good: true, message: 'holds: every schedule was explored' });
    await holds.ask('launch', { harness });
    assert.ok(holds.events.some(event => event.event === 'terminated'));
    const failed = client({ good: false, message: 'a.race.c is not there' });
    assert.equal(await failed.refusal('launch', { harness }), 'a.race.c is not there');
    assert.match(await failed.refusal('launch', {}), /names no harness/);
  });
});
