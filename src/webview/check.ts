/** Checks what arrives from the extension: the version and the shape of the outer object. */
import type { PanelState, PanelVersion, ToPanel } from '../protocol/panel';

export const version: PanelVersion = 2;

type Check = (value: unknown) => boolean;

const any: Check = () => true;
const object: Check = value => typeof value === 'object' && value !== null;
const text: Check = value => typeof value === 'string';
const whole: Check = value => Number.isInteger(value) && (value as number) >= 0;
/** An answer is an object, with a reason if it is none. */
const answer: Check = value => object(value) && text((value as { cannotTell?: unknown }).cannotTell ?? '');

/** Fields that each message must have. */
const shapes: Readonly<Record<ToPanel['type'], Readonly<Record<string, Check>>>> = {
  run: {
    run: value => object(value) && object((value as { view?: unknown }).view),
    step: whole,
    keep: object,
  },
  step: { step: whole },
  stale: { reason: value => value === undefined || text(value) },
  progress: { progress: value => value === undefined || object(value) },
  failed: { message: text },
  fix: { fix: any },
  examined: { what: value => value === 'matters' || value === 'twin' || value === 'odds', answer },
  slow: { call: text, answer },
  play: { answer: value => value === undefined || answer(value) },
  watch: { watches: value => Array.isArray(value) && value.every(object) },
  comparison: { answer },
  done: { message: text },
};

export function asToPanel(message: unknown): ToPanel | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { version: theirs, type } = message as { version?: unknown; type?: unknown };
  if (theirs !== version || typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined;
  const fields = message as Readonly<Record<string, unknown>>;
  return Object.entries(shapes[type as ToPanel['type']]).every(([field, check]) => check(fields[field]))
    ? (message as ToPanel)
    : undefined;
}

/** What an earlier page of ours kept, if it is of this version. */
export function asState(state: unknown): PanelState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { version: theirs, harness } = state as { version?: unknown; harness?: unknown };
  return theirs === version && typeof harness === 'string' ? (state as PanelState) : undefined;
}
