/** The command table: what each command of package.json does. */
import * as vscode from 'vscode';
import type { PanelState } from '../protocol/panel';
import { workspaceEdit } from './convert';
import { openDemo } from './demo';
import { chooseHarness, type Subject } from './harnessChoice';
import type { Log } from './log';
import type { Panels } from './panel';
import { nameOf, toPath, toUri } from './paths';
import type { Session } from './session';
import { findFix, type Simulation } from './simulate';
import type { Workers } from './workers';

/** The extension host that runs us; the editor before it may be a browser in both cases. */
export type HostKind = 'node' | 'web';

export interface CommandInput {
  readonly context: vscode.ExtensionContext;
  readonly workers: Workers;
  readonly session: Session;
  readonly simulation: Simulation;
  readonly panel: () => Panels;
  readonly log: Log;
  readonly host: HostKind;
  /** How long activation took, in milliseconds. */
  readonly activation: () => number;
}

/** What lenses hand to a command. */
interface LensArgument {
  readonly uri: string;
  readonly key?: string;
  readonly function?: string;
}

/** Read-only texts of models. */
const modelScheme = 'racelens-model';

/** A schedule is printed without white space. */
const scheduleShape = /^\S{2,}$/;

export function registerCommands(input: CommandInput): vscode.Disposable {
  const { context, workers, session, simulation, panel, log, host, activation } = input;
  const changedModel = new vscode.EventEmitter<vscode.Uri>();

  async function simulate(argument: unknown): Promise<void> {
    const lens = asLensArgument(argument);
    const subject: Subject | undefined = lens && {
      uri: vscode.Uri.parse(lens.uri),
      direct: true,
      ...(lens.function === undefined ? {} : { function: lens.function }),
    };
    const harness = await chooseHarness(subject, workers);
    if (!harness) return;
    if (lens?.key !== undefined) session.setVerdict(lens.key, { state: 'running' });
    panel().reveal(harness);
    const done = await simulation.run({ harness });
    if (!done && lens?.key !== undefined) session.setVerdict(lens.key, undefined);
  }

  async function again(argument?: unknown): Promise<void> {
    const { run } = session;
    const onlyIfShown = isRecord(argument) && argument.onlyIfShown === true;
    if (!run) {
      if (!onlyIfShown) await simulate(undefined);
      return;
    }
    panel().reveal(run.harness);
    await simulation.run({ harness: run.harness });
  }

  async function replay(schedule?: unknown): Promise<void> {
    const active = vscode.window.activeTextEditor?.document;
    const inHarness = active?.uri.path.endsWith('.race.c') ? active.uri : undefined;
    const harness = inHarness ?? session.run?.harness ?? (await chooseHarness(undefined, workers));
    if (!harness) return;
    const given =
      typeof schedule === 'string'
        ? schedule
        : await vscode.window.showInputBox({
            title: vscode.l10n.t('Replay Schedule of {0}', nameOf(harness)),
            prompt: vscode.l10n.t('Paste the schedule string that a verdict came with.'),
            value:
              session.run?.harness.toString() === harness.toString() ? session.run.view.schedule : undefined,
            ignoreFocusOut: true,
            validateInput: text =>
              scheduleShape.test(text.trim())
                ? undefined
                : vscode.l10n.t(
                    'A schedule is one word without spaces, as the panel and the command line print it.',
                  ),
          });
    if (given === undefined) return;
    panel().reveal(harness);
    await simulation.run({ harness, schedule: given.trim() });
  }

  async function applyFix(argument?: unknown): Promise<void> {
    const lens = asLensArgument(argument);
    const active = vscode.window.activeTextEditor?.document;
    const path = lens
      ? toPath(vscode.Uri.parse(lens.uri))
      : (session.run?.fix?.path ?? (active && toPath(active.uri)));
    if (path === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Open the file that publishes the pointer, or simulate a race first; then there is a fix to apply.',
        ),
      );
      return;
    }
    const found = await findFix(workers, path, lens?.key ?? session.run?.fix?.key);
    const first = found[0];
    const action =
      found.length > 1
        ? (
            await vscode.window.showQuickPick(
              found.map(one => ({ label: one.title, action: one })),
              { title: vscode.l10n.t('Apply Fix') },
            )
          )?.action
        : first;
    if (!first) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          '{0} publishes nothing that lacks a grace period: there is no fix to apply.',
          nameOf(toUri(path)),
        ),
      );
      return;
    }
    if (!action) return;
    const applied = await vscode.workspace.applyEdit(workspaceEdit(action, false));
    if (!applied) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The fix could not be applied: {0} cannot be edited.', nameOf(toUri(path))),
      );
      return;
    }
    // The edit may be in a file that nobody sees: show it.
    const place = action.edits[0]?.place;
    if (place) {
      const uri = toUri(place.path);
      const editor = vscode.window.visibleTextEditors.find(e => e.document.uri.toString() === uri.toString());
      const at = new vscode.Range(place.start.line, 0, place.start.line, 0);
      if (editor) editor.revealRange(at, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      else await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, selection: at });
    }
    session.setVerdict(action.key, undefined);
    if (session.run) await simulation.run({ harness: session.run.harness });
  }

  async function showModel(): Promise<void> {
    const harness = session.run?.harness ?? (await chooseHarness(undefined, workers));
    if (!harness) return;
    const uri = vscode.Uri.from({
      scheme: modelScheme,
      path: `/${nameOf(harness)}.ir`,
      query: toPath(harness),
    });
    changedModel.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  async function showStatus(): Promise<void> {
    const state = workers.state();
    const active = vscode.window.activeTextEditor?.document.uri ?? session.run?.harness;
    const status = active && (await workers.ask('status', { path: toPath(active) }));
    const index = active && (await workers.ask('index', { action: 'state' }));
    const { run, stale } = session;
    const lines = [
      `Racelens ${String((context.extension.packageJSON as { version: string }).version)}`,
      host === 'node' ? vscode.l10n.t('extension host: Node') : vscode.l10n.t('extension host: web worker'),
      vscode.l10n.t('activated in {0} ms', activation().toFixed(1)),
      vscode.l10n.t('workers: editor features {0}, engine {1}', word(true), word(state.engine)),
      vscode.l10n.t('function texts with known facts: {0}', status?.facts ?? 0),
      vscode.l10n.t('kernel tree: {0}', status?.root ?? vscode.l10n.t('none, loose files')),
      ...(index && index.phase !== 'none'
        ? [
            vscode.l10n.t(
              'index: {0}, {1} files, {2} identifiers, {3} MB',
              index.complete ? vscode.l10n.t('complete') : index.phase,
              index.files,
              index.identifiers,
              (index.bytes / 1e6).toFixed(1),
            ),
          ]
        : []),
      ...(run?.view.engine
        ? [
            run.view.engine.kind === 'compiled'
              ? vscode.l10n.t('engine: compiled to WebAssembly')
              : vscode.l10n.t('engine: interpreter ({0})', run.view.engine.why),
          ]
        : []),
      run
        ? vscode.l10n.t('verdict on show: {0} of {1}', run.view.verdict.kind, nameOf(run.harness)) +
          (stale === undefined ? '' : ` (${stale})`)
        : vscode.l10n.t('no verdict on show'),
    ];
    for (const line of lines) log.info(line);
    log.show();
  }

  /** As the panel's own buttons do: over steps that are folded in one go, unless the replay stands on one of them. */
  function walk(direction: 1 | -1): void {
    const steps = session.trace?.steps ?? [];
    const folded = (position: number): boolean => steps[position - 1]?.folds === true;
    let next = session.step + direction;
    if (!folded(session.step)) while (folded(next)) next += direction;
    session.goTo(next);
  }

  async function openPlace(uri: unknown, line: unknown, column: unknown): Promise<void> {
    if (typeof uri !== 'string' || typeof line !== 'number' || typeof column !== 'number') return;
    const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
    await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(at, at) });
  }

  const table: Readonly<Record<string, (...args: readonly unknown[]) => Promise<void> | void>> = {
    'racelens.simulate': simulate,
    'racelens.again': again,
    'racelens.replay': replay,
    'racelens.applyFix': applyFix,
    'racelens.openDemo': () => openDemo(context),
    'racelens.showReplay': () => {
      panel().reveal();
    },
    'racelens.showModel': showModel,
    'racelens.showStatus': showStatus,
    'racelens.openPlace': openPlace,
    'racelens.stepForward': () => {
      walk(1);
    },
    'racelens.stepBack': () => {
      walk(-1);
    },
  };
  return vscode.Disposable.from(
    changedModel,
    vscode.workspace.registerTextDocumentContentProvider(modelScheme, {
      onDidChange: changedModel.event,
      provideTextDocumentContent: uri => workers.ask('model', { harness: uri.query }),
    }),
    ...Object.entries(table).map(([name, work]) =>
      vscode.commands.registerCommand(name, (...args: readonly unknown[]) =>
        log.guard(name, undefined, async () => {
          await work(...args);
        }),
      ),
    ),
  );
}

/** Runs again what a panel of an earlier window showed, and puts it to the same step. */
export async function restore(
  state: PanelState,
  simulation: Simulation,
  named: (harness: vscode.Uri) => void,
): Promise<void> {
  let harness = vscode.Uri.parse(state.harness);
  if (harness.scheme === 'untitled' && state.text !== undefined) {
    const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === state.harness);
    if (!open) {
      const document = await vscode.workspace.openTextDocument({ content: state.text, language: 'c' });
      harness = document.uri;
      named(harness);
    }
  }
  await simulation.run({
    harness,
    step: state.step,
    ...(state.schedule === undefined ? {} : { schedule: state.schedule }),
  });
}

function word(on: boolean): string {
  return on ? vscode.l10n.t('running') : vscode.l10n.t('not started');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function asLensArgument(value: unknown): LensArgument | undefined {
  // The explorer's menu hands over the file.
  if (value instanceof vscode.Uri) return { uri: value.toString() };
  if (!isRecord(value) || typeof value.uri !== 'string') return undefined;
  return {
    uri: value.uri,
    ...(typeof value.key === 'string' ? { key: value.key } : {}),
    ...(typeof value.function === 'string' ? { function: value.function } : {}),
  };
}
