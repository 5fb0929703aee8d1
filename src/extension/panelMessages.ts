/** Checks what the replay panel sends: a web page may send anything. */
import type { FromPanel, PanelState, PanelVersion } from '../protocol/panel';
import type { ViewPlace } from '../protocol/view';

export const panelVersion: PanelVersion = 2;

/** Characters of JSON that the page may have kept for it. */
export const mostView = 200_000;

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const text: Check = value => typeof value === 'string' && value.length < 5_000_000;
/** A name or an expression. */
const short: Check = value => typeof value === 'string' && value.length < 1000;
const whole: Check = value => Number.isInteger(value) && (value as number) >= 0;
const truth: Check = value => typeof value === 'boolean';
const oneOf =
  (...values: readonly string[]): Check =>
  value =>
    values.some(known => known === value);
const listOf =
  (check: Check, most: number): Check =>
  value =>
    Array.isArray(value) && value.length <= most && value.every(check);
const optional =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const view: Check = value => {
  try {
    return JSON.stringify(value ?? null).length <= mostView;
  } catch {
    return false;
  }
};
/** A picture as a page makes it. */
const content: Check = value => typeof value === 'string' && value.length < 40_000_000;
const factor: Check = value => whole(value) && Number(value) >= 1 && Number(value) <= 2 ** 20;

/** Fields that each message must have. */
const shapes: Readonly<Record<FromPanel['type'], Readonly<Record<string, Check>>>> = {
  ready: {},
  moved: { step: whole },
  open: { place: isPlace },
  copy: { text: optional(text), what: oneOf('schedule', 'transcript', 'mermaid', 'json', 'svg') },
  follow: { follow: truth },
  again: {},
  cancel: {},
  replay: { schedule: text },
  applyFix: {},
  examine: { what: oneOf('matters', 'twin', 'odds') },
  slow: { call: short, factor: optional(factor) },
  play: { choices: optional(listOf(short, 20_000)), at: optional(whole) },
  watch: { expressions: listOf(short, 50) },
  compare: { what: oneOf('fix', 'present') },
  save: {
    format: oneOf('svg', 'png', 'mermaid', 'json', 'schedule', 'transcript'),
    content: optional(content),
  },
  debug: { step: whole },
  keep: { view },
};

/** The message, or undefined if it is none of ours. */
export function asFromPanel(message: unknown): FromPanel | undefined {
  if (!isObject(message) || message.version !== panelVersion) return undefined;
  const { type } = message;
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined;
  const shape = shapes[type as FromPanel['type']];
  return Object.entries(shape).every(([field, check]) => check(message[field]))
    ? (message as unknown as FromPanel)
    : undefined;
}

/** What a panel of an earlier window kept, if this version understands it. */
export function asPanelState(state: unknown): PanelState | undefined {
  if (!isObject(state) || state.version !== panelVersion) return undefined;
  const good =
    text(state.harness) &&
    whole(state.step) &&
    truth(state.follow) &&
    view(state.view) &&
    [state.text, state.schedule].every(value => value === undefined || text(value));
  return good ? (state as unknown as PanelState) : undefined;
}

function isPlace(value: unknown): value is ViewPlace {
  return isObject(value) && text(value.path) && isPosition(value.start) && isPosition(value.end);
}

function isPosition(value: unknown): boolean {
  return isObject(value) && whole(value.line) && whole(value.column);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
