/**
 * What the worker answers about a run that is over. Long work is done in pieces, and every other request is answered in
 * between; it ends when its caller no longer wants it.
 */
import type { CancelToken } from '../base/cancel';
import { beginExamination, type Answer, type Question, type Work } from '../ide/examination';
import { beginPlay, type Players } from '../ide/playing';
import type { Subjects } from '../ide/subject';
import type { ExaminedMessage } from '../protocol/panel';
import type { Call } from './call';
import type { Methods, Params, Result } from './methods';

/** Methods that are answered beside the queue: requests that come in later do not wait for them. */
export const besideTheQueue: ReadonlySet<string> = new Set<keyof Methods>(['examine', 'slow', 'play']);

/** Other requests are heard at least so often, in milliseconds. */
const listenEvery = 20;
/** States looked at before the clock is. */
const piece = 256;

export const noRun = 'nothing has been run yet, or it was too long ago: simulate again';

export interface Afterwards {
  examine(params: Params<'examine'>, call: Call): Promise<Result<'examine'>>;
  slow(params: Params<'slow'>, call: Call): Promise<Result<'slow'>>;
  play(params: Params<'play'>, call: Call): Promise<Result<'play'>>;
}

export function createAfterwards(subjects: Subjects): Afterwards {
  const players: Players = new WeakMap();
  async function answer(
    harness: string,
    question: Question,
    maxSeconds: number,
    call: Call,
  ): Promise<Answer | undefined> {
    const subject = subjects.of(harness);
    if (!subject) return undefined;
    const { cancel, progress } = limitsOf(call, maxSeconds);
    return inPieces(beginExamination(subject, question, cancel, progress), call);
  }

  return {
    async examine({ harness, what, maxSeconds }, call) {
      const found = await answer(harness, { what }, maxSeconds, call);
      return (found as ExaminedMessage | undefined) ?? { what, answer: { cannotTell: noRun } };
    },
    async slow({ harness, call: name, factor, maxSeconds }, call) {
      const slow = { call: name, ...(factor === undefined ? {} : { factor }) };
      const found = await answer(harness, { what: 'slow', slow }, maxSeconds, call);
      return found?.what === 'slow' ? found.answer : { cannotTell: noRun };
    },
    async play({ harness, choices, at, maxSeconds }, call) {
      const subject = subjects.of(harness);
      if (!subject) return { cannotTell: noRun };
      const { cancel, progress } = limitsOf(call, maxSeconds);
      const question = { choices, ...(at === undefined ? {} : { at }) };
      const work = beginPlay(subject, question, players, cancel, progress);
      return inPieces(work, call, () => (progress() === 'go' ? undefined : work.stop()));
    },
  };
}

function limitsOf(
  call: Call,
  maxSeconds: number,
): { readonly cancel: CancelToken; readonly progress: () => 'go' | 'time' | 'cancelled' } {
  const start = performance.now();
  return {
    cancel: {
      get cancelled() {
        return call.cancelled;
      },
    },
    progress() {
      if (call.cancelled) return 'cancelled';
      return performance.now() - start > maxSeconds * 1000 ? 'time' : 'go';
    },
  };
}

/** Works in pieces and lets the messages that have come in between be heard. */
async function inPieces<T>(
  work: Work<T>,
  call: Call,
  /** An answer that ends the work early. */
  enough: () => T | undefined = () => undefined,
): Promise<T> {
  let paused = performance.now();
  for (;;) {
    const done = work.run(piece);
    if (done !== 'more') return done;
    const early = enough();
    if (early !== undefined) return early;
    if (performance.now() - paused < listenEvery && !call.cancelled) continue;
    await new Promise(resolve => setTimeout(resolve, 0));
    paused = performance.now();
  }
}
