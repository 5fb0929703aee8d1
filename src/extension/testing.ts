/**
 * The Testing view: every harness (`*.race.c`) of the workspace is a test. It passes if the verdict is the one that
 * RACE_EXPECT asks for (without one: `holds`); what the engine cannot tell is an error, never a pass.
 */
import * as vscode from 'vscode';
import { Cancelled } from '../host/client';
import type { ReplayView, ViewPlace } from '../protocol/view';
import { isC, location } from './convert';
import type { Log } from './log';
import { nameOf, toPath } from './paths';
import { setting } from './settings';
import { signalOf, type Workers } from './workers';

/** What a failed test is about, for the command that shows its replay. */
export const failureContext = 'racelens.failure';

export function createTesting(workers: Workers, log: Log): vscode.Disposable {
  const controller = vscode.tests.createTestController('racelens', vscode.l10n.t('Racelens harnesses'));
  /** Why a harness passed or not, by its URI: the schedule to show. */
  let discovered: Promise<void> | undefined;

  async function itemOf(uri: vscode.Uri): Promise<void> {
    const id = uri.toString();
    const item = controller.items.get(id) ?? controller.createTestItem(id, nameOf(uri), uri);
    item.sortText = vscode.workspace.asRelativePath(uri);
    controller.items.add(item);
    const harness = await workers.ask('harness', { path: toPath(uri) });
    // A harness that cannot be read yet stays: running it says why.
    item.description = harness
      ? vscode.l10n.t('expects {0}', harness.expects ?? 'holds')
      : vscode.l10n.t('cannot be read');
    const first = harness?.threads[0];
    item.range = first
      ? new vscode.Range(0, 0, location(first.place).range.start.line, 0)
      : new vscode.Range(0, 0, 0, 0);
  }

  function discover(): Promise<void> {
    discovered ??= log.guard(vscode.l10n.t('looking for harnesses'), undefined, async () => {
      const found = await vscode.workspace.findFiles('**/*.race.c', undefined, 1000);
      const open = vscode.workspace.textDocuments.filter(isHarness).map(document => document.uri);
      const all = new Map([...found, ...open].map(uri => [uri.toString(), uri] as const));
      for (const uri of all.values()) await itemOf(uri);
    });
    return discovered;
  }

  controller.resolveHandler = item => (item ? Promise.resolve() : discover());
  controller.refreshHandler = async () => {
    discovered = undefined;
    controller.items.replace([]);
    await discover();
  };

  async function run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    await discover();
    const asked = request.include ?? [...controller.items].map(([, item]) => item);
    const items = asked.filter(item => !request.exclude?.includes(item));
    const run = controller.createTestRun(request);
    for (const item of items) run.enqueued(item);
    for (const item of items) {
      if (token.isCancellationRequested) run.skipped(item);
      else await runOne(run, item, token);
    }
    run.end();
  }

  async function runOne(
    run: vscode.TestRun,
    item: vscode.TestItem,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (!item.uri) return;
    run.started(item);
    const began = performance.now();
    const taken = (): number => performance.now() - began;
    try {
      const view = await workers.run(
        'check',
        {
          harness: toPath(item.uri),
          maxStates: setting('check.maxStates'),
          maxSeconds: setting('check.timeLimit'),
        },
        { signal: signalOf(token) },
      );
      run.appendOutput(
        `${item.label}: ${view.verdict.kind}, ${String(view.states)} states\r\n  ${view.summary.replaceAll('\n', '\r\n  ')}\r\n`,
        undefined,
        item,
      );
      const { met, text } = view.expectation ?? { met: view.verdict.outcome === 'holds', text: 'holds' };
      if (met) run.passed(item, taken());
      else if (view.verdict.outcome === 'unknown') run.errored(item, messageOf(view, text), taken());
      else run.failed(item, messageOf(view, text), taken());
    } catch (error) {
      if (error instanceof Cancelled) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
    }
  }

  const watcher = vscode.workspace.createFileSystemWatcher('**/*.race.c');
  const renew = (uri: vscode.Uri): void => {
    if (discovered) void log.guard(vscode.l10n.t('looking for harnesses'), undefined, () => itemOf(uri));
  };
  return vscode.Disposable.from(
    controller,
    controller.createRunProfile(vscode.l10n.t('Simulate'), vscode.TestRunProfileKind.Run, run, true),
    controller.createRunProfile(
      vscode.l10n.t('Debug Schedule'),
      vscode.TestRunProfileKind.Debug,
      async request => {
        const uri = request.include?.[0]?.uri;
        if (uri) await vscode.commands.executeCommand('racelens.debugSchedule', uri);
      },
      true,
    ),
    watcher,
    watcher.onDidCreate(renew),
    watcher.onDidChange(renew),
    watcher.onDidDelete(uri => {
      controller.items.delete(uri.toString());
    }),
    vscode.workspace.onDidOpenTextDocument(document => {
      if (isHarness(document)) renew(document.uri);
    }),
    vscode.workspace.onDidSaveTextDocument(document => {
      if (isHarness(document)) renew(document.uri);
    }),
    vscode.commands.registerCommand('racelens.showFailure', (context: unknown) => {
      const uri = harnessOf(context);
      if (uri) return vscode.commands.executeCommand('racelens.simulate', { uri: uri.toString() });
      return undefined;
    }),
  );
}

function isHarness(document: vscode.TextDocument): boolean {
  return isC(document) && document.uri.path.endsWith('.race.c') && document.uri.scheme !== 'git';
}

/** The failing schedule's last step, or the waiter's place. */
function messageOf(view: ReplayView, expected: string): vscode.TestMessage {
  const { kind } = view.verdict;
  const message = vscode.TestMessage.diff(
    view.verdict.outcome === 'unknown'
      ? vscode.l10n.t('Cannot tell: {0}', view.verdict.message)
      : vscode.l10n.t('{0}: {1}', kind, view.summary),
    expected,
    kind,
  );
  const place: ViewPlace | undefined = view.verdict.place ?? view.trace?.steps.at(-1)?.place;
  if (place) message.location = location(place);
  message.contextValue = failureContext;
  return message;
}

/** What VS Code hands to a command of the menu of a test or of its message. */
function harnessOf(context: unknown): vscode.Uri | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const item: unknown = 'test' in context ? context.test : context;
  if (typeof item !== 'object' || item === null || !('uri' in item)) return undefined;
  return item.uri instanceof vscode.Uri ? item.uri : undefined;
}
