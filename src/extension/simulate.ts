/**
 * Runs of the engine as the reader asks for them: with progress and a way out, on the unsaved text, and for a publication
 * without a grace period also on a copy of the text that has the fix, so that what the lens promises was computed.
 */
import * as vscode from 'vscode';
import { Cancelled } from '../host/client';
import type { ActionData, EditData, LensData } from '../host/methods';
import type { LensVerdict } from '../ide/lenses';
import type { WorkerProgress } from '../protocol/worker';
import type { ReplayView } from '../protocol/view';
import { openPaths } from './convert';
import type { Log } from './log';
import { nameOf, toPath } from './paths';
import { openTexts, type Session } from './session';
import { setting } from './settings';
import { signalOf, type Workers } from './workers';

/** Runs shorter than this show no notification, in milliseconds. */
const patience = 800;

type Kind = NonNullable<LensVerdict['without']>;

export interface SimulateRequest {
  readonly harness: vscode.Uri;
  /** Execute this schedule in place of exploring. */
  readonly schedule?: string;
  /** Where the replay is to stand afterwards. */
  readonly step?: number;
}

export interface Simulation extends vscode.Disposable {
  /** Resolves to whether there is a result to show. */
  run(request: SimulateRequest): Promise<boolean>;
  /** Ends the run under way. */
  cancel(): void;
}

export function createSimulation(workers: Workers, session: Session, log: Log): Simulation {
  let current: AbortController | undefined;

  async function check(
    harness: vscode.Uri,
    extra: { readonly schedule?: string; readonly edits?: readonly EditData[] },
    signal: AbortSignal,
    onProgress: (progress: WorkerProgress) => void,
  ): Promise<ReplayView> {
    return workers.run(
      'check',
      {
        harness: toPath(harness),
        ...extra,
        maxStates: setting('check.maxStates'),
        maxSeconds: setting('check.timeLimit'),
      },
      { signal, onProgress },
    );
  }

  async function run(request: SimulateRequest): Promise<boolean> {
    current?.abort();
    const controller = new AbortController();
    current = controller;
    const { signal } = controller;
    const name = nameOf(request.harness);
    const title =
      request.schedule === undefined
        ? vscode.l10n.t('Simulating {0}', name)
        : vscode.l10n.t('Replaying {0}', name);
    const started = performance.now();
    let last: WorkerProgress | undefined;
    session.setProgress({ phase: title, states: 0, perSecond: 0 }, request.harness);

    const work = async (report: (text: string) => void): Promise<boolean> => {
      const onProgress = (progress: WorkerProgress): void => {
        last = progress;
        const perSecond = rate(progress.states, started);
        const remaining = progress.remaining === undefined ? undefined : rounded(progress.remaining);
        session.setProgress(
          {
            phase: title,
            states: progress.states,
            perSecond,
            ...(remaining === undefined ? {} : { remaining }),
          },
          request.harness,
        );
        report(
          [
            vscode.l10n.t(
              '{0} states, {1} a second',
              progress.states.toLocaleString(),
              perSecond.toLocaleString(),
            ),
            ...(remaining === undefined ? [] : [vscode.l10n.t('about {0} more', remaining.toLocaleString())]),
          ].join(', '),
        );
      };
      const previous = session.of(request.harness)?.run;
      const texts = openTexts();
      try {
        const extra = request.schedule === undefined ? {} : { schedule: request.schedule };
        const view = await check(request.harness, extra, signal, onProgress);
        // Another run was asked for in the meantime.
        if (current !== controller) return false;
        session.show(
          {
            view,
            harness: request.harness,
            replayed: request.schedule !== undefined,
            ...(previous && !previous.replayed && previous.view.verdict.kind !== view.verdict.kind
              ? { before: previous.view.verdict.kind }
              : {}),
          },
          request.step ?? 0,
          texts,
        );
        if (request.schedule === undefined) void tryFixes(request.harness, view, signal);
        return true;
      } catch (error) {
        session.setProgress(undefined, request.harness);
        if (error instanceof Cancelled) {
          session.fail(
            last
              ? vscode.l10n.t(
                  'Cancelled after {0} states. Nothing is known about the rest.',
                  last.states.toLocaleString(),
                )
              : vscode.l10n.t('Cancelled before anything was explored.'),
            request.harness,
          );
          return false;
        }
        const message = error instanceof Error ? error.message : String(error);
        log.info(
          `check ${request.harness.toString()}: ${error instanceof Error ? (error.stack ?? message) : message}`,
        );
        const first = message.split('\n')[0] ?? message;
        session.fail(vscode.l10n.t('{0} could not be simulated: {1}', name, first), request.harness);
        void vscode.window
          .showErrorMessage(
            vscode.l10n.t('Racelens could not simulate {0}: {1}', name, first),
            vscode.l10n.t('Show Log'),
          )
          .then(choice => {
            if (choice) log.show();
          });
        return false;
      } finally {
        if (current === controller) current = undefined;
      }
    };

    // The panel shows the progress at once; the corner of the window only what takes its time.
    let report: (text: string) => void = () => undefined;
    const running = work(text => {
      report(text);
    });
    const late = new Promise<'late'>(resolve => setTimeout(resolve, patience, 'late'));
    const first = await Promise.race([running, late]);
    if (first !== 'late') return first;
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        signalOf(token).addEventListener('abort', () => {
          controller.abort();
        });
        report = message => {
          progress.report({ message });
        };
        return running;
      },
    );
  }

  /** For every publication in the files of the run: notes its verdict, and what the engine says with the fix made. */
  async function tryFixes(harness: vscode.Uri, view: ReplayView, signal: AbortSignal): Promise<void> {
    await log.guard(vscode.l10n.t('trying the fix'), undefined, async () => {
      const candidates = await publications(view);
      for (const { lens, path } of candidates) {
        const without = view.verdict.kind as Kind;
        const bad = view.verdict.outcome === 'found';
        const fix = bad ? await workers.ask('fix', { path, open: openPaths(), key: lens.key }) : undefined;
        session.setVerdict(lens.key, { state: fix ? 'running' : 'done', without });
        if (!fix) continue;
        const fixed = await check(harness, { edits: fix.edits }, signal, () => undefined);
        session.setVerdict(lens.key, { state: 'done', without, with: fixed.verdict.kind as Kind });
        if (session.of(harness)?.run?.view !== view) continue;
        const { kind: verdict } = fixed.verdict;
        session.setFix({ key: lens.key, path, label: fix.title, verdict, applied: false }, harness);
      }
    });
  }

  async function publications(
    view: ReplayView,
  ): Promise<readonly { readonly lens: LensData; readonly path: string }[]> {
    const sources = view.files.filter(path => path.endsWith('.c') && !path.endsWith('.race.c'));
    const found = await Promise.all(
      sources.map(async path => {
        const lenses = await workers.ask('lenses', { path, open: openPaths(), verdicts: {} });
        return lenses.map(lens => ({ lens, path }));
      }),
    );
    return found.flat();
  }

  return {
    run,
    cancel() {
      current?.abort();
    },
    dispose() {
      current?.abort();
    },
  };
}

/** The edits of a fix as the present text wants them. */
export async function findFix(
  workers: Workers,
  path: string,
  key: string | undefined,
): Promise<readonly ActionData[]> {
  const open = openPaths();
  if (key !== undefined) {
    const one = await workers.ask('fix', { path, open, key });
    return one ? [one] : [];
  }
  return workers.ask('actions', {
    path,
    open,
    start: { line: 0, column: 0 },
    end: { line: Number.MAX_SAFE_INTEGER, column: 0 },
  });
}

/** A guess has no more than two digits. */
function rounded(count: number): number {
  return Number(count.toPrecision(2));
}

function rate(states: number, since: number): number {
  const seconds = (performance.now() - since) / 1000;
  return seconds < 0.05 ? 0 : Math.round(states / seconds);
}
