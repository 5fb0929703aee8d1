/**
 * `.race-schedule`: a schedule with all that is needed to run it again and to see what no longer fits: the harness, the
 * texts it was made of (as hashes), and its steps by their source text. JSON, with paths relative to the file itself.
 */
import type { KeptStep } from '../protocol/examined';
import type { ReplayView, ViewTrace } from '../protocol/view';

export interface ScheduleFile {
  readonly harness: string;
  readonly schedule: string;
  /** The step that it was looked at. */
  readonly step: number;
  readonly verdict: string;
  /** Path to hash of the text. */
  readonly files: Readonly<Record<string, string>>;
  readonly steps: readonly KeptStep[];
}

const kind = 'schedule';
const version = 1;

/** The files of a run whose text is kept as a hash: those that its steps are in, and the harness. */
export function filesOfSchedule(view: ReplayView, trace: ViewTrace): readonly string[] {
  const paths = new Set([view.harness]);
  for (const step of trace.steps) for (const frame of step.frames) paths.add(frame.place.path);
  return [...paths].filter(path => view.files.includes(path)).sort();
}

export function keptSteps(trace: ViewTrace): readonly KeptStep[] {
  return trace.steps.map(step => ({
    thread: trace.threads[step.thread]?.name ?? '',
    text: step.text,
    function: step.frames[step.frames.length - 1]?.function ?? '',
    ...(step.choice === undefined ? {} : { choice: step.choice }),
  }));
}

export function printScheduleFile(file: ScheduleFile): string {
  const { steps, ...rest } = file;
  const head = JSON.stringify({ racelens: kind, version, ...rest }, undefined, 2).slice(0, -2);
  // A step a line: so that versions of the file can be compared.
  const list = steps.map(step => `    ${JSON.stringify(step)}`).join(',\n');
  return `${head},\n  "steps": [\n${list}\n  ]\n}\n`;
}

/** The file, or in words what is wrong with it. */
export function parseScheduleFile(text: string): ScheduleFile | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `this is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isRecord(value) || value['racelens'] !== kind) return { problem: 'this is no schedule of Racelens' };
  if (value['version'] !== version)
    return {
      problem: `the file is of version ${String(value['version'])}; this Racelens reads version ${String(version)}`,
    };
  const { harness, schedule, step, verdict, files, steps } = value;
  if (typeof harness !== 'string' || typeof schedule !== 'string')
    return { problem: 'the file names no harness or no schedule' };
  return {
    harness,
    schedule,
    step: typeof step === 'number' && Number.isInteger(step) && step >= 0 ? step : 0,
    verdict: typeof verdict === 'string' ? verdict : '',
    files: isRecord(files)
      ? Object.fromEntries(
          Object.entries(files).filter((e): e is [string, string] => typeof e[1] === 'string'),
        )
      : {},
    steps: Array.isArray(steps) ? steps.filter(isStep) : [],
  };
}

function isStep(value: unknown): value is KeptStep {
  if (!isRecord(value)) return false;
  const { thread, text, function: name, choice } = value;
  return (
    [thread, text, name].every(part => typeof part === 'string') &&
    (choice === undefined || Number.isInteger(choice))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal for equal texts: FNV-1a with two seeds. */
export function hashOfText(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b);
  }
  return [a, b].map(half => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

/** A path as seen from a folder; both with `/`. */
export function relativePath(folder: string, path: string): string {
  const from = folder.split('/').filter(Boolean);
  const to = path.split('/').filter(Boolean);
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}
