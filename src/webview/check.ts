/**
 * Checks what arrives from the extension: the version, and of each message as much of its shape as the page relies on. What
 * does not fit is dropped.
 */
import type { PanelState, PanelVersion, ToPanel } from '../protocol/panel';

export const version: PanelVersion = 2;

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const any: Check = () => true;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const text: Check = value => typeof value === 'string';
const number: Check = value => typeof value === 'number';
const whole: Check = value => Number.isInteger(value) && (value as number) >= 0;
const optional =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check);
const fields =
  (shape: Readonly<Record<string, Check>>): Check =>
  value =>
    isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));

/** A trace: lists that belong together have lengths that do. */
const trace: Check = value =>
  fields({
    threads: list(fields({ name: text, context: text })),
    cells: list(fields({ name: text, bits: list(fields({ name: text, number: whole })) })),
    steps: list(
      fields({ thread: whole, text, frames: list(isObject), reads: list(isObject), changes: list(isObject) }),
    ),
    moments: list(fields({ threads: list(isObject), values: list(isObject) })),
  })(value) &&
  (value as { steps: unknown[] }).steps.length < (value as { moments: unknown[] }).moments.length;

const verdict = fields({ outcome: text, kind: text, message: text });

const view = fields({
  harness: text,
  verdict,
  summary: text,
  states: number,
  seconds: number,
  trace: optional(trace),
  ...Object.fromEntries(
    ['actors', 'waiters', 'cycle', 'history', 'also', 'assumptions', 'findings', 'bounds', 'problems'].map(
      name => [name, list(any)],
    ),
  ),
});

/** An answer, or why there is none. */
const told =
  (check: Check): Check =>
  value =>
    isObject(value) && (value.cannotTell === undefined ? check(value) : text(value.cannotTell));

const answers: Readonly<Record<string, Check>> = {
  matters: told(
    fields({
      arrows: list(fields({ first: whole, then: whole, text })),
      beyond: list(text),
      choices: list(fields({ step: whole })),
    }),
  ),
  twin: told(fields({ schedule: text, shared: whole, failing: whole, passing: whole, trace })),
  odds: told(fields({ probability: number, error: number, states: number, calls: list(text) })),
};
const points = list(fields({ factor: number, probability: number }));
const play = fields({
  path: list(text),
  trace,
  here: text,
  past: list(text),
  kinds: list(text),
  rows: list(whole),
  choices: list(fields({ key: text, thread: whole, label: text, text, outcome: text })),
  waiting: list(fields({ thread: whole, text })),
  ended: optional(verdict),
});

/** Fields that each message must have. */
const shapes: Readonly<Record<ToPanel['type'], Check>> = {
  run: fields({ run: fields({ view, title: text }), step: whole, keep: isObject }),
  step: fields({ step: whole }),
  stale: fields({ reason: optional(text) }),
  progress: fields({ progress: optional(fields({ states: number, perSecond: number, phase: text })) }),
  failed: fields({ message: text }),
  fix: fields({ fix: optional(fields({ label: text })) }),
  examined: value => isObject(value) && (answers[String(value.what)]?.(value.answer) ?? false),
  slow: fields({ call: text, answer: told(fields({ call: text, points })) }),
  play: fields({ answer: optional(told(play)) }),
  watch: fields({ watches: list(fields({ expression: text, values: list(any) })) }),
  comparison: fields({
    answer: told(fields({ title: text, trace, partsAt: whole, rows: list(whole), why: text, verdict })),
  }),
  done: fields({ message: text }),
};

export function asToPanel(message: unknown): ToPanel | undefined {
  if (!isObject(message)) return undefined;
  const { version: theirs, type } = message;
  if (theirs !== version || typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined;
  return shapes[type as ToPanel['type']](message) ? (message as unknown as ToPanel) : undefined;
}

/** What an earlier page of ours kept, if it is of this version. */
export function asState(state: unknown): PanelState | undefined {
  if (!isObject(state)) return undefined;
  const { version: theirs, harness } = state;
  return theirs === version && typeof harness === 'string' ? (state as unknown as PanelState) : undefined;
}
