/**
 * What `racelens facts FILE --line N` answers: reader, locks, sleeping, BH and interrupts at the moment before a line
 * runs, each with its reason, and the contexts that it runs in. docs/facts.md documents the object.
 */
import {
  chainText,
  type Answer,
  type FoundContext,
  type HeldLock,
  type Judged,
  type Link,
  type Situation,
} from '../../kernel/entry/answers';
import type { SourceFile } from '../../syntax/source';
import { entriesOf } from '../entries';
import { placeOfLine } from './linePlace';
import type { Scene } from '../scene';

export interface LinkJson {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface ContextJson {
  readonly context: string;
  /** `NAPI poll (NET_RX softirq)`. */
  readonly runsAs: string;
  /** The function first, what registered it last. */
  readonly chain: readonly LinkJson[];
}

export interface HeldLockJson {
  readonly lock: string;
  readonly kind: string;
  readonly held: Answer;
  readonly shared?: true;
  readonly why: string;
}

export interface SituationJson {
  readonly rcuReader: Answer;
  readonly heldLocks: readonly HeldLockJson[];
  readonly maySleep: Answer;
  readonly bhOff: Answer;
  readonly irqOff: Answer;
  readonly contexts: readonly ContextJson[];
  readonly why: Readonly<Record<'rcuReader' | 'maySleep' | 'bhOff' | 'irqOff', string>>;
}

export type LineFactsJson =
  | ({ readonly file: string; readonly line: number; readonly function: string } & SituationJson)
  | { readonly file: string; readonly line: number; readonly function: null; readonly problem: string };

/** `show` makes a path short. The line is one-based. */
export function lineFacts(
  scene: Scene,
  file: SourceFile,
  line: number,
  show: (path: string) => string = p => p,
): LineFactsJson {
  const place = placeOfLine(scene, file, line);
  const common = { file: show(file.path), line };
  if (place.kind === 'nowhere') return { ...common, function: null, problem: place.because };
  const { f, point } = place;
  const situation = entriesOf(scene).at(f, point);
  return { ...common, function: f.name, ...situationJson(situation, show) };
}

/** A situation as it is printed. */
export function situationJson(s: Situation, show: (path: string) => string): SituationJson {
  return {
    rcuReader: s.reader.value,
    heldLocks: s.locks.map(lockJson),
    maySleep: s.maySleep.value,
    bhOff: s.bhOff.value,
    irqOff: s.irqOff.value,
    contexts: s.contexts.map(c => contextJson(c, show)),
    why: {
      rcuReader: readerSentence(s),
      maySleep: sentence(sleeping, s.maySleep),
      bhOff: sentence(bottomHalves, s.bhOff),
      irqOff: sentence(interrupts, s.irqOff),
    },
  };
}

function lockJson(l: HeldLock): HeldLockJson {
  return {
    lock: l.lock,
    kind: l.kind,
    held: l.held.value,
    ...(l.shared && { shared: true }),
    why: reason(l.held),
  };
}

export function contextJson(c: FoundContext, show: (path: string) => string): ContextJson {
  return { context: c.context, runsAs: c.label, chain: c.chain.map(l => linkJson(l, show)) };
}

export function linkJson(l: Link, show: (path: string) => string): LinkJson {
  return { name: l.name, file: show(l.file), line: l.line };
}

type Words = Readonly<Record<Answer, string>>;

const readerWords: Words = {
  yes: 'RCU reader',
  no: 'no RCU reader',
  'some-paths': 'RCU reader on some paths',
  'depends-on-caller': 'RCU reader only if the caller is',
};
const sleeping: Words = {
  yes: 'may sleep',
  no: 'must not sleep',
  'some-paths': 'must not sleep on some paths',
  'depends-on-caller': 'may sleep only if the caller may',
};
const bottomHalves: Words = {
  yes: 'BH disabled',
  no: 'BH enabled',
  'some-paths': 'BH disabled on some paths',
  'depends-on-caller': 'BH disabled only if the caller has it so',
};
const interrupts: Words = {
  yes: 'interrupts disabled',
  no: 'interrupts enabled',
  'some-paths': 'interrupts disabled on some paths',
  'depends-on-caller': 'interrupts disabled only if the caller has it so',
};

/** What the four answers say of each aspect, as the words that a sentence begins with. */
export const reasonWords = {
  reader: readerWords,
  maySleep: sleeping,
  bhOff: bottomHalves,
  irqOff: interrupts,
};

/** `RCU reader: runs in NET_RX softirq (net_rx_action -> napi_poll); BH disabled`. */
export function readerSentence(s: Situation): string {
  const also =
    s.reader.value !== 'yes'
      ? ''
      : s.irqOff.value === 'yes'
        ? '; interrupts disabled'
        : s.bhOff.value === 'yes'
          ? '; BH disabled'
          : '';
  return `${sentence(readerWords, s.reader)}${also}`;
}

function sentence(words: Words, j: Judged): string {
  return `${words[j.value]}: ${reason(j)}`;
}

/** The clause, and the calls that lead here if there are any. */
export function reason(j: Judged): string {
  return j.chain.length > 1 ? `${j.because} (${chainText(j.chain)})` : j.because;
}
