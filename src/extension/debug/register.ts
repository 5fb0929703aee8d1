/**
 * “Debug this schedule”: registers the debug type `racelens`, makes up launch configurations, and gives the adapter the run
 * that the panel shows. The adapter runs in this process; the panel and the debugger move each other.
 */
import * as vscode from 'vscode';
import { chooseHarness } from '../harnessChoice';
import type { ViewWatch } from '../../protocol/examined';
import type { Log } from '../log';
import { nameOf, toPath, toUri } from '../paths';
import type { Session } from '../session';
import type { Simulation } from '../simulate';
import type { Workers } from '../workers';
import { RaceDebugSession } from './adapter';
import type { Launch, NoStage, Stage } from './stage';

export const debugType = 'racelens';

export interface DebugInput {
  readonly workers: Workers;
  readonly session: Session;
  readonly simulation: Simulation;
  readonly log: Log;
  /** What C expressions are worth at every position of the run on show. */
  readonly watch: (harness: vscode.Uri, expressions: readonly string[]) => Promise<readonly ViewWatch[]>;
  /** Shows the panel beside the editor. */
  readonly reveal: (harness: vscode.Uri) => void;
}

export function registerDebugger(input: DebugInput): vscode.Disposable {
  const { session, workers, log } = input;
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterInlineImplementation(
          new RaceDebugSession({
            t: vscode.l10n.t,
            open: launch => open(launch, input),
            toDebugger: path => {
              const uri = toUri(path);
              return uri.scheme === 'file' ? uri.fsPath : uri.toString();
            },
            fromDebugger: path => toPath(uriOf(path)),
          }),
        ),
    }),
    vscode.debug.registerDebugConfigurationProvider(debugType, {
      async resolveDebugConfiguration(_folder, config) {
        if (typeof config.harness === 'string') return config;
        // F5 without a launch.json, or a configuration that leaves the harness open.
        const harness = await chooseHarness(undefined, workers);
        return harness && { ...configuration(harness), ...config, harness: pathOf(harness) };
      },
    }),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      {
        async provideDebugConfigurations() {
          const found = await vscode.workspace.findFiles('**/*.race.c', undefined, 100);
          return found.map(configuration);
        },
      },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.commands.registerCommand('racelens.debugSchedule', (argument: unknown) =>
      log.guard(vscode.l10n.t('starting the debugger'), undefined, async () => {
        const { run } = session;
        const asked = argument instanceof vscode.Uri ? argument : undefined;
        const shown = run?.view.trace && (!asked || asked.toString() === run.harness.toString());
        const harness = shown ? run.harness : (asked ?? (await chooseHarness(undefined, workers)));
        if (!harness) return;
        await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(harness), {
          ...configuration(harness),
          ...(shown ? { step: session.step } : {}),
        });
      }),
    ),
  );
}

function configuration(harness: vscode.Uri): vscode.DebugConfiguration {
  return {
    type: debugType,
    request: 'launch',
    name: vscode.l10n.t('Schedule of {0}', nameOf(harness)),
    harness: pathOf(harness),
  };
}

function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

/** A path as configurations and the protocol have it: of the disk, or a URI. */
function uriOf(path: string): vscode.Uri {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
}

/** The run on show if it is the one that is asked for, else a new one. */
async function open(launch: Launch, input: DebugInput): Promise<Stage | NoStage> {
  const { session, simulation } = input;
  const harness = uriOf(launch.harness);
  const isShown = (): boolean =>
    session.run?.harness.toString() === harness.toString() &&
    session.stale === undefined &&
    (launch.schedule === undefined || session.run.view.schedule === launch.schedule);
  input.reveal(harness);
  session.select(harness);
  if (!isShown()) {
    const request = { harness, ...(launch.schedule === undefined ? {} : { schedule: launch.schedule }) };
    const done = await simulation.run(request);
    if (!done)
      return {
        good: false,
        message: session.of(harness)?.failure ?? vscode.l10n.t('{0} could not be run.', nameOf(harness)),
      };
  }
  const run = session.of(harness)?.run;
  const trace = run?.view.trace;
  if (!run || !trace)
    return {
      good: run?.view.verdict.outcome === 'holds',
      message: run
        ? vscode.l10n.t('{0}: there is no schedule to debug. {1}', run.view.verdict.kind, run.view.summary)
        : vscode.l10n.t('{0} could not be run.', nameOf(harness)),
    };
  // What is debugged is the schedule, not a play of it.
  session.setPlay(undefined, harness);
  // The run itself is made anew when a fix for it becomes known; the view stays.
  session.goTo(Math.min(launch.step ?? 0, trace.steps.length), harness);
  // While a free play is on show, the steps are of another schedule: the debugger stays where it was.
  const isLive = (): boolean => {
    const now = session.of(harness);
    return now?.run?.view === run.view && now.play === undefined;
  };
  let last = launch.step ?? 0;
  return {
    title: nameOf(harness),
    kind: run.view.verdict.kind,
    summary: run.view.summary,
    trace,
    position() {
      if (isLive()) last = session.of(harness)?.step ?? last;
      return last;
    },
    goTo(position) {
      if (isLive()) session.goTo(position, harness);
    },
    onDidMove: listener =>
      session.onDidChangeAny(({ harness: moved, change }) => {
        if (change === 'step' && moved.toString() === harness.toString() && isLive()) listener();
      }),
    async evaluate(expression, position) {
      const [watched] = await input.watch(harness, [expression]);
      const value = watched?.values[position];
      if (typeof value === 'string') return { value };
      return {
        problem:
          watched?.problem ??
          vscode.l10n.t('{0} is no part of the state that the schedule shows.', expression),
      };
    },
  };
}
