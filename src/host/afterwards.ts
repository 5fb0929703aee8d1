/**
 * What the worker answers about a run that is over. Long work is done in pieces, and every other request is answered in
 * between; it ends when its caller no longer wants it.
 */
import { beginExamination, type Answer, type Question, type Work } from '../ide/examination';
import type { Subjects } from '../ide/subject';
import type { ExaminedMessage } from '../protocol/panel';
import type { Call } from './handlers';
import type { Methods, Params, Result } from './methods';

/** Methods that are answered beside the queue: requests that come in later do not wait for them. */
export const besideTheQueue: ReadonlySet<string> = new Set<keyof Methods>(['examine', 'slow']);

/** Other requests are heard at least so often, in milliseconds. */
const listenEvery = 20;
/** States looked at before the clock is. */
const piece = 256;

export const noRun = 'nothing has been run yet, or it was too long ago: simulate again';

export interface Afterwards {
  examine(params: Params<'examine'>, call: Call): Promise<Result<'examine'>>;
  slow(params: Params<'slow'>, call: Call): Promise<Result<'slow'>>;
}

export function createAfterwards(subjects: Subjects): Afterwards {
  async function answer(
    harness: string,
    question: Question,
    maxSeconds: number,
    call: Call,
  ): Promise<Answer | undefined> {
    const subject = subjects.of(harness);
    if (!subject) return undefined;
    const cancel = {
      get cancelled() {
        return call.cancelled;
      },
    };
    const start = performance.now();
    const progress = (): 'go' | 'time' | 'cancelled' => {
      if (call.cancelled) return 'cancelled';
      return performance.now() - start > maxSeconds * 1000 ? 'time' : 'go';
    };
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
  };
}

/** Works in pieces and lets the messages that have come in between be heard. */
export async function inPieces<T>(work: Work<T>, call: Call): Promise<T> {
  let paused = performance.now();
  for (;;) {
    const done = work.run(piece);
    if (done !== 'more') return done;
    if (performance.now() - paused < listenEvery && !call.cancelled) continue;
    await new Promise(resolve => setTimeout(resolve, 0));
    paused = performance.now();
  }
}
