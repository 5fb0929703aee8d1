/**
 * What is asked of the engine behind a verdict. The passing twin, the orders that matter and the odds are worked out one
 * after another as soon as there is a verdict, and left off as soon as another run begins; the reader's own questions (free
 * play, a slow call, watched expressions) go before them.
 */
import * as vscode from 'vscode';
import type { Told, ViewComparison, ViewPlay, ViewSlow, ViewWatch } from '../protocol/examined';
import type { ExaminedMessage, ExaminedWhat } from '../protocol/panel';
import type { Log } from './log';
import { openPaths } from './convert';
import { toPath } from './paths';
import type { Session } from './session';
import { setting } from './settings';
import type { Workers } from './workers';

export interface Afterwards extends vscode.Disposable {
  /** Works one thing out now. */
  examine(harness: vscode.Uri, what: ExaminedWhat): Promise<void>;
  slow(harness: vscode.Uri, call: string, factor: number | undefined): Promise<Told<ViewSlow>>;
  /** The answer comes through the session; without `choices` the play is left. */
  play(harness: vscode.Uri, choices: readonly string[] | undefined, at: number | undefined): Promise<void>;
  /** Values of C expressions at every moment of the trace on show. */
  watch(harness: vscode.Uri, expressions: readonly string[]): Promise<readonly ViewWatch[]>;
  /** The schedule on the text with the fix, or on the present one. */
  compare(harness: vscode.Uri, what: 'fix' | 'present'): Promise<Told<ViewComparison>>;
}

/** In the order in which they are worked out: what is quick comes first. */
const all: readonly ExaminedWhat[] = ['twin', 'matters', 'odds'];
/** A play answers with what it knows after so many seconds. */
const playSeconds = 2;

export function createAfterwards(workers: Workers, session: Session, log: Log): Afterwards {
  /** Work that nobody waits for. */
  let background: AbortController | undefined;
  let playing: AbortController | undefined;
  let slowing: AbortController | undefined;

  async function ask(
    harness: vscode.Uri,
    what: ExaminedWhat,
    signal?: AbortSignal,
  ): Promise<ExaminedMessage> {
    const params = { harness: toPath(harness), what, maxSeconds: setting('check.timeLimit') };
    return workers.run('examine', params, { ...(signal ? { signal } : {}), gentle: true });
  }

  /** The answers that a run does not have yet, one after another. */
  async function examineAll(harness: vscode.Uri): Promise<void> {
    background?.abort();
    const controller = new AbortController();
    background = controller;
    const { signal } = controller;
    const run = session.of(harness)?.run;
    if (run?.view.verdict.outcome !== 'found') return;
    for (const what of all) {
      const now = session.of(harness);
      if (signal.aborted || now?.run?.view !== run.view) return;
      if (now.examined.some(one => one.what === what)) continue;
      const answer = await ask(harness, what, signal);
      if (signal.aborted || session.of(harness)?.run?.view !== run.view) return;
      session.addExamined(answer, harness);
    }
  }

  const quietly = (work: Promise<void>): void => {
    void log.guard(vscode.l10n.t('working out more of a verdict'), undefined, () => work);
  };

  const listener = session.onDidChangeAny(({ harness, change }) => {
    // Whatever else is to be worked out waits for the run.
    if (change === 'progress' && session.of(harness)?.progress) background?.abort();
    if (change === 'run') quietly(examineAll(harness));
  });

  return {
    async examine(harness, what) {
      session.addExamined(await ask(harness, what), harness);
      quietly(examineAll(harness));
    },
    async slow(harness, call, factor) {
      slowing?.abort();
      slowing = new AbortController();
      const params = { harness: toPath(harness), call, maxSeconds: setting('check.timeLimit') };
      const { signal } = slowing;
      return workers.run(
        'slow',
        { ...params, ...(factor === undefined ? {} : { factor }) },
        { signal, gentle: true },
      );
    },
    async play(harness, choices, at) {
      playing?.abort();
      playing = new AbortController();
      const { signal } = playing;
      if (!choices) {
        session.setPlay(undefined, harness);
        return;
      }
      const params = { harness: toPath(harness), choices, maxSeconds: playSeconds };
      const answer: Told<ViewPlay> = await workers.run(
        'play',
        { ...params, ...(at === undefined ? {} : { at }) },
        { signal, gentle: true },
      );
      if (!signal.aborted) session.setPlay(answer, harness);
    },
    async watch(harness, expressions) {
      const { play, stale } = session.of(harness) ?? {};
      if (stale !== undefined) {
        const problem = vscode.l10n.t('{0}: simulate again', stale);
        return expressions.map(expression => ({ expression, values: [], problem }));
      }
      const path = play && !('cannotTell' in play) ? { choices: play.path, at: play.at } : undefined;
      const params = { harness: toPath(harness), expressions, maxSeconds: playSeconds };
      return workers.run('watch', { ...params, ...(path ? { play: path } : {}) }, { gentle: true });
    },
    async compare(harness, what) {
      const fix = what === 'fix' ? session.of(harness)?.run?.fix : undefined;
      if (what === 'fix' && !fix) return { cannotTell: vscode.l10n.t('no fix is known for this run') };
      const found = fix && (await workers.ask('fix', { path: fix.path, open: openPaths(), key: fix.key }));
      if (fix && !found) return { cannotTell: vscode.l10n.t('the present text has no place for the fix') };
      const params = {
        harness: toPath(harness),
        title: found?.title ?? vscode.l10n.t('the present text'),
      };
      return workers.run('compare', { ...params, ...(found ? { edits: found.edits } : {}) }, {});
    },
    dispose() {
      listener.dispose();
      for (const controller of [background, playing, slowing]) controller?.abort();
    },
  };
}
