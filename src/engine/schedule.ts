/**
 * Schedules as short strings: `rl1:7f3a90c2:a5b3c2b?1a4`.
 *
 * - `rl1` is the version of the form, then a fingerprint of the program (its code and data, not its places in the text),
 * - then runs: a thread's letter and how many steps it takes in a row. Steps are those of the unreduced program: one
 *   access to memory or one synchronisation operation each, so that a schedule does not depend on the reduction.
 * - `b?1`: one step of thread b that takes outcome 1 (0 is the default); `b?s`: a signal reaches b.
 * Letters: a, b … z, A … Z for the first 52 threads in order of appearance (the harness's threads first, then init, then
 * work items, timers, callbacks as they are started), `{52}` and so on behind them.
 */
import type { Program } from '../ir/program';
import { SIGNAL } from './step';

export interface ScheduleStep {
  readonly thread: number;
  readonly choice: number;
}

const VERSION = 'rl1';

export function formatSchedule(program: Program, steps: readonly ScheduleStep[]): string {
  let text = '';
  for (let i = 0; i < steps.length;) {
    const step = steps[i];
    if (!step) break;
    if (step.choice !== 0) {
      text += `${letter(step.thread)}?${step.choice === SIGNAL ? 's' : step.choice}`;
      i++;
      continue;
    }
    let run = 0;
    while (steps[i + run]?.thread === step.thread && steps[i + run]?.choice === 0) run++;
    text += `${letter(step.thread)}${run}`;
    i += run;
  }
  return `${VERSION}:${fingerprint(program)}:${text}`;
}

/** The steps, or in words what is wrong with the text. */
export function parseSchedule(
  program: Program,
  text: string,
): { steps: readonly ScheduleStep[] } | { problem: string } {
  const [version, print, runs, ...rest] = text.trim().split(':');
  if (version !== VERSION || print === undefined || runs === undefined || rest.length > 0)
    return { problem: `this is no schedule: it should look like ${VERSION}:${fingerprint(program)}:a5b3` };
  const own = fingerprint(program);
  if (print !== own)
    return {
      problem: `the schedule was made for another program (${print}, this one is ${own}): the source, the harness or the options have changed`,
    };
  const steps: ScheduleStep[] = [];
  const pattern = /([a-zA-Z]|\{[0-9]+\})(?:\?([0-9]+|s)|([0-9]+))/y;
  while (pattern.lastIndex < runs.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(runs);
    if (!match)
      return {
        problem: `'${runs.slice(at, at + 8)}' in the schedule is not a thread's letter with a number of steps`,
      };
    const thread = threadOf(match[1] ?? '');
    if (match[2] !== undefined) steps.push({ thread, choice: match[2] === 's' ? SIGNAL : Number(match[2]) });
    else {
      const count = Number(match[3]);
      if (count > 1_000_000) return { problem: `a run of ${count} steps is too long` };
      for (let k = 0; k < count; k++) steps.push({ thread, choice: 0 });
    }
  }
  return { steps };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function letter(thread: number): string {
  return LETTERS[thread] ?? `{${thread}}`;
}

function threadOf(text: string): number {
  return text.startsWith('{') ? Number(text.slice(1, -1)) : LETTERS.indexOf(text);
}

/** FNV-1a over the program without names of files, spans and messages. */
export function fingerprint(program: Program): string {
  const text = JSON.stringify(
    [
      program.layouts,
      program.objects,
      program.functions,
      program.threads,
      program.init,
      program.finally,
      program.settings,
    ],
    (key, value: unknown) =>
      key === 'span' || key === 'site' || key === 'message' || key === 'assumption'
        ? undefined
        : typeof value === 'bigint'
          ? `${value}n`
          : value,
  );
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}
