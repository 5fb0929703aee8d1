/**
 * A finished schedule behind the Debug Adapter Protocol: threads, call chains, state words bit by bit, breakpoints on lines,
 * functions, cells and bits, forward and back. The library does the protocol; what is shown at a position is the step that
 * the panel shows there, the last one executed.
 */
import {
  Breakpoint,
  InitializedEvent,
  InvalidatedEvent,
  OutputEvent,
  Scope,
  Source,
  StackFrame,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} from '@vscode/debugadapter/lib/debugSession.js';
import { DebugSession } from '@vscode/debugadapter/lib/debugSession.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ViewFrame } from '../../protocol/view';
import { momentOf } from './moment';
import { isStage, type Backstage, type Launch, type Stage } from './stage';
import {
  actor,
  backwards,
  linesOf,
  noStops,
  onwards,
  over,
  stopsAt,
  type DataStop,
  type Stops,
} from './stepping';
import { cellNamed, cellShown, cellsShown, changesShown, threadShown, type Shown } from './variables';

type Respond<R extends DebugProtocol.Response> = R;

/** A thread's own scopes come behind those of the state. */
const frameShift = 10_000;

export class RaceDebugSession extends DebugSession {
  private readonly backstage: Backstage;
  private stage: Stage | undefined;
  private watching: { dispose(): void } | undefined;
  private stops: Stops = noStops;
  /** What each variables reference stands for, at the present position. */
  private lists: (readonly Shown[])[] = [];
  /** The adapter moves the stage itself: it need not be told. */
  private moving = false;
  /** Breakpoints by path, as they were asked for, before there is a schedule to hold them to. */
  private readonly asked = new Map<string, readonly number[]>();
  private opening: Promise<void> | undefined;

  constructor(backstage: Backstage) {
    super();
    this.backstage = backstage;
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsDataBreakpoints: true,
      supportsFunctionBreakpoints: true,
      supportsBreakpointLocationsRequest: true,
      supportsEvaluateForHovers: true,
      supportsExceptionInfoRequest: true,
      supportsRestartRequest: true,
      supportsTerminateRequest: true,
      supportsDelayedStackTraceLoading: false,
      supportsSingleThreadExecutionRequests: false,
    };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments & Partial<Launch>,
  ): void {
    this.opening = this.launch(response, args);
  }

  private async launch(response: DebugProtocol.LaunchResponse, args: Partial<Launch>): Promise<void> {
    if (typeof args.harness !== 'string') {
      this.sendErrorResponse(
        response,
        1,
        this.backstage.t('The launch configuration names no harness (“harness”: a *.race.c file).'),
      );
      return;
    }
    const opened = await this.backstage.open({
      harness: args.harness,
      ...(typeof args.schedule === 'string' ? { schedule: args.schedule } : {}),
      ...(typeof args.step === 'number' ? { step: args.step } : {}),
    });
    if (!isStage(opened)) {
      if (!opened.good) {
        this.sendErrorResponse(response, 2, opened.message);
        return;
      }
      this.sendEvent(new OutputEvent(`${opened.message}\n`, 'console'));
      this.sendResponse(response);
      this.sendEvent(new TerminatedEvent());
      return;
    }
    this.stage = opened;
    this.watching = opened.onDidMove(() => {
      if (!this.moving) this.tellStop();
    });
    for (const [path, lines] of this.asked) this.holdLines(path, lines);
    this.sendEvent(new OutputEvent(`${opened.kind}: ${opened.summary}\n`, 'console'));
    this.sendResponse(response);
    this.tellStop('entry');
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.end();
    this.sendResponse(response);
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.end();
    this.sendResponse(response);
    this.sendEvent(new TerminatedEvent());
  }

  /** The panel keeps what it shows. */
  private end(): void {
    this.watching?.dispose();
    this.watching = undefined;
    this.stage = undefined;
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    this.sendResponse(response);
    this.goTo(0, 'entry');
  }

  // Threads and call chains

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const threads = this.stage?.trace.threads ?? [];
    response.body = {
      threads: threads.map((t, i) => new Thread(i + 1, `${t.name} (${t.context}, CPU ${String(t.cpu)})`)),
    };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    const frames = this.framesOf(args.threadId - 1);
    const from = args.startFrame ?? 0;
    const stackFrames = [...frames]
      .reverse()
      .map(({ function: name, place }, level) => {
        const frame: DebugProtocol.StackFrame = new StackFrame(
          args.threadId * frameShift + level,
          name,
          this.sourceOf(place.path),
          place.start.line + 1,
          place.start.column + 1,
        );
        return { ...frame, endLine: place.end.line + 1, endColumn: place.end.column + 1 };
      })
      .slice(from, args.levels ? from + args.levels : undefined);
    response.body = { stackFrames, totalFrames: frames.length };
    this.sendResponse(response);
  }

  /** Outermost first; of the thread that moved last, the step that it made. */
  private framesOf(thread: number): readonly ViewFrame[] {
    if (!this.stage) return [];
    const { trace } = this.stage;
    const position = this.stage.position();
    const step = trace.steps[position - 1];
    const name = trace.threads[thread]?.name ?? '';
    if (step?.thread === thread)
      return [
        ...step.frames.slice(0, -1),
        { function: step.frames.at(-1)?.function ?? name, place: step.place },
      ];
    const status = momentOf(trace, position).threads[thread];
    if (status?.frames.length) return status.frames;
    // Without a frame VS Code would not let a thread be looked at, or stepped.
    const place = trace.threads[thread]?.place;
    const { t } = this.backstage;
    return place
      ? [{ function: status?.state === 'done' ? t('{0}, done', name) : t('{0}, not started', name), place }]
      : [];
  }

  private sourceOf(path: string): Source {
    return new Source(path.slice(path.lastIndexOf('/') + 1), this.backstage.toDebugger(path));
  }

  // Variables

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    args: DebugProtocol.ScopesArguments,
  ): void {
    const { stage } = this;
    const { t } = this.backstage;
    const scopes: Scope[] = [];
    if (stage) {
      const { trace } = stage;
      const position = stage.position();
      const moment = momentOf(trace, position);
      const thread = Math.floor(args.frameId / frameShift) - 1;
      scopes.push(new Scope(t('State'), this.referenceTo(cellsShown(trace, moment))));
      const changes = changesShown(trace, moment, position);
      if (changes.length) scopes.push(new Scope(t('Changed by This Step'), this.referenceTo(changes)));
      const name = trace.threads[thread]?.name ?? '';
      scopes.push(new Scope(t('Thread {0}', name), this.referenceTo(threadShown(trace, moment, thread, t))));
    }
    response.body = { scopes };
    this.sendResponse(response);
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    args: DebugProtocol.VariablesArguments,
  ): void {
    const shown = this.lists[args.variablesReference - 1] ?? [];
    response.body = { variables: shown.map(one => this.variable(one)) };
    this.sendResponse(response);
  }

  private variable({ name, value, type, expression, children }: Shown): DebugProtocol.Variable {
    return {
      name,
      value,
      ...(type === undefined ? {} : { type }),
      ...(expression === undefined ? {} : { evaluateName: expression }),
      variablesReference: children.length ? this.referenceTo(children) : 0,
    };
  }

  private referenceTo(list: readonly Shown[]): number {
    return this.lists.push(list);
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    args: DebugProtocol.EvaluateArguments,
  ): void {
    void this.evaluate(response, args);
  }

  private async evaluate(
    response: Respond<DebugProtocol.EvaluateResponse>,
    { expression, context }: DebugProtocol.EvaluateArguments,
  ): Promise<void> {
    const { stage } = this;
    if (!stage) {
      this.sendErrorResponse(response, 3, this.backstage.t('There is no schedule.'));
      return;
    }
    const position = stage.position();
    const cell = cellNamed(stage.trace, expression);
    if (cell !== undefined) {
      const shown = this.variable(cellShown(stage.trace, momentOf(stage.trace, position), cell, expression));
      response.body = { result: shown.value, variablesReference: shown.variablesReference };
      this.sendResponse(response);
      return;
    }
    const answer = await stage.evaluate(expression, position);
    if ('value' in answer) {
      response.body = { result: answer.value, variablesReference: 0 };
      this.sendResponse(response);
    } else if (context === 'hover') this.sendErrorResponse(response, 4, '');
    else this.sendErrorResponse(response, 4, answer.problem);
  }

  // Breakpoints

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    void this.setLines(response, args);
  }

  private async setLines(
    response: Respond<DebugProtocol.SetBreakpointsResponse>,
    args: DebugProtocol.SetBreakpointsArguments,
  ): Promise<void> {
    const path = this.backstage.fromDebugger(args.source.path ?? '');
    const lines = (args.breakpoints ?? []).map(point => point.line - 1);
    this.asked.set(path, lines);
    // Which lines can be held is known only when the schedule is.
    await this.opening;
    response.body = { breakpoints: this.holdLines(path, lines) };
    this.sendResponse(response);
  }

  /** A line without a step stands for the next one in reach that has one. */
  private holdLines(path: string, lines: readonly number[]): DebugProtocol.Breakpoint[] {
    const known = this.stage ? linesOf(this.stage.trace, path) : [];
    const held = lines.map(line => known.find(one => one >= line && one <= line + 3));
    const byPath = new Map(this.stops.lines);
    byPath.set(path, new Set(held.filter(line => line !== undefined)));
    this.stops = { ...this.stops, lines: byPath };
    return held.map((line, index) => {
      const point: DebugProtocol.Breakpoint = new Breakpoint(
        line !== undefined,
        (line ?? lines[index] ?? 0) + 1,
      );
      return line === undefined
        ? { ...point, message: this.backstage.t('No step of this schedule stands on this line.') }
        : point;
    });
  }

  protected override breakpointLocationsRequest(
    response: DebugProtocol.BreakpointLocationsResponse,
    args: DebugProtocol.BreakpointLocationsArguments,
  ): void {
    const path = this.backstage.fromDebugger(args.source.path ?? '');
    const known = this.stage ? linesOf(this.stage.trace, path) : [];
    response.body = {
      breakpoints: known
        .filter(line => line + 1 >= args.line && line + 1 <= (args.endLine ?? args.line))
        .map(line => ({ line: line + 1 })),
    };
    this.sendResponse(response);
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    const names = args.breakpoints.map(point => point.name.trim().replace(/\(\)$/, ''));
    this.stops = { ...this.stops, functions: new Set(names) };
    const called = new Set(this.stage?.trace.steps.flatMap(step => step.frames.map(frame => frame.function)));
    response.body = { breakpoints: names.map(name => new Breakpoint(!this.stage || called.has(name))) };
    this.sendResponse(response);
  }

  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    args: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    const { stage } = this;
    const listed = this.lists[(args.variablesReference ?? 0) - 1]?.find(one => one.name === args.name)?.data;
    const named =
      stage && args.variablesReference === undefined ? cellNamed(stage.trace, args.name) : undefined;
    const data = listed ?? (named === undefined ? undefined : { cell: named });
    const cell = data && stage?.trace.cells[data.cell]?.name;
    response.body =
      data && cell !== undefined
        ? {
            dataId: [data.cell, ...(data.bit === undefined ? [] : [data.bit])].join(' '),
            description: data.bit === undefined ? cell : this.backstage.t('{0} in {1}', data.bit, cell),
            accessTypes: data.bit === undefined ? ['write', 'readWrite'] : ['write'],
            canPersist: false,
          }
        : { dataId: null, description: this.backstage.t('This is no part of the shared state.') };
    this.sendResponse(response);
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    const data = args.breakpoints.map(({ dataId, accessType }): DataStop => {
      const [cell, bit] = dataId.split(' ');
      return {
        cell: Number(cell),
        ...(bit === undefined ? {} : { bit }),
        access: accessType === 'readWrite' ? 'readWrite' : 'write',
      };
    });
    this.stops = { ...this.stops, data };
    response.body = { breakpoints: data.map(() => new Breakpoint(true)) };
    this.sendResponse(response);
  }

  // Moving

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.sendResponse(response);
    this.move((stage, at) => onwards(stage.trace, at, this.stops));
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.sendResponse(response);
    this.move((stage, at) => backwards(stage.trace, at, this.stops));
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    { threadId }: DebugProtocol.NextArguments,
  ): void {
    this.sendResponse(response);
    this.move((stage, at) => over(stage.trace, at, threadId - 1, this.stops), 'step');
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.sendResponse(response);
    this.move((_, at) => at + 1, 'step');
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    { threadId }: DebugProtocol.StepOutArguments,
  ): void {
    this.sendResponse(response);
    this.move((stage, at) => over(stage.trace, at, threadId - 1, this.stops, true), 'step');
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.sendResponse(response);
    this.move((_, at) => at - 1, 'step');
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.sendResponse(response);
    this.tellStop('pause');
  }

  private move(where: (stage: Stage, at: number) => number, reason?: string): void {
    if (this.stage) this.goTo(where(this.stage, this.stage.position()), reason);
  }

  private goTo(position: number, reason?: string): void {
    const { stage } = this;
    if (!stage) return;
    this.moving = true;
    stage.goTo(Math.max(0, Math.min(position, stage.trace.steps.length)));
    this.moving = false;
    this.tellStop(reason);
  }

  private tellStop(reason = 'step'): void {
    const { stage } = this;
    if (!stage) return;
    this.lists = [];
    const { steps } = stage.trace;
    const position = stage.position();
    const hit = stopsAt(stage.trace, position, this.stops);
    const atEnd = position === steps.length && position > 0;
    const shown = atEnd ? 'exception' : (hit ?? (position === 0 ? 'entry' : reason));
    const event: DebugProtocol.StoppedEvent = new StoppedEvent(shown, actor(stage.trace, position) + 1);
    event.body.allThreadsStopped = true;
    event.body.description = atEnd
      ? `${stage.kind} after ${String(position)} steps`
      : `step ${String(position)} of ${String(steps.length)}`;
    const text = atEnd ? stage.summary : steps[position - 1]?.text;
    if (text !== undefined) event.body.text = text;
    this.sendEvent(event);
    this.sendEvent(new InvalidatedEvent(['variables']));
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    response.body = {
      exceptionId: this.stage?.kind ?? '',
      description: this.stage?.summary ?? '',
      breakMode: 'always',
    };
    this.sendResponse(response);
  }
}
