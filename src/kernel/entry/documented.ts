/**
 * What the comment above a function says about who may call it: `Context: Process context. May sleep.`, `must be called under
 * rcu_read_lock()`, `caller holds dev->lock`, `with BH disabled`. Comments age, so this counts only where no caller can be
 * read: a function that is exported for others.
 *
 * Read sentence by sentence; a sentence that denies, or speaks of what the function does later, says nothing here.
 */
import type { Answer, Aspect, HeldLock } from './answers';
import type { SectionKind } from '../sections/sections';

export interface Documented {
  readonly aspects: Readonly<Partial<Record<Aspect, Answer>>>;
  readonly locks: readonly Pick<HeldLock, 'lock' | 'kind'>[];
  /** The sentences that say so. */
  readonly words: string;
}

type Aspects = Documented['aspects'];

const reader: Aspects = { reader: 'yes', maySleep: 'no' };
const bhOff: Aspects = { ...reader, bhOff: 'yes' };
const irqOff: Aspects = { ...bhOff, irqOff: 'yes' };
const process: Aspects = { reader: 'no', bhOff: 'no', irqOff: 'no', maySleep: 'yes' };

/** `(called|invoked …) with/under/in X`: what X is. */
const states: readonly (readonly [RegExp, Aspects])[] = [
  [
    /\b(?:irqs?|interrupts?)(?: are| is| being| to be| must be)? (?:disabled|off)\b|\bdisabled (?:irqs?|interrupts?)\b/i,
    irqOff,
  ],
  [/\b(?:in|from) (?:a |an )?(?:hard ?irq|hard interrupt|irq|interrupt) (?:context|handler)/i, irqOff],
  [
    /\b(?:BHs?|bottom[ -]hal(?:f|ves)|soft ?irqs?)(?: processing)?(?: are| is| being| to be| must be)? (?:disabled|off)\b|\bdisabled (?:BHs?|soft ?irqs?)\b/i,
    bhOff,
  ],
  [/\b(?:in|from) (?:the )?(?:soft ?irq|BH|NAPI|tasklet)(?: context| poll)/i, bhOff],
  [/\bpreemption(?: is| being| must be)? (?:disabled|off)\b|\bdisabled preemption\b/i, reader],
  [
    /\brcu_read_lock(?:\(\))?|\bRCU(?: read)?(?:[- ]side)?(?: critical)?(?: section| lock| read lock| protection)|\bunder RCU\b/i,
    reader,
  ],
];

/** Sentences that put a condition on the caller. */
const demands =
  /\b(?:(?:must|should|shall|has to|have to|needs? to|may only|can only|is|are) (?:only )?(?:be )?(?:called|invoked|used|held|hold|holding|disabled|run)|called|callers?|invoked|entered|expects?|assumes?|requires?|runs?|context)\b/i;
const denies =
  /\b(?:not|never|without|don't|doesn't|needn't|cannot|any context|either|or not|whether|if (?:the )?(?:caller|called)|unless|releases?|released|drops?|dropped|before (?:calling|return)|on return|returns? with)\b/i;
const sleepy = /\b(?:may|might|can|could|will) (?:sleep|block|schedule)\b|\bsleeps\b|\bsleeping context\b/i;
const neverSleepy = /\b(?:not|never|n't|cannot|without) (?:\w+ )?(?:sleep|block)/i;

const heldForms: readonly RegExp[] = [
  /\b(?:with|under)(?: the)? [`@&]*((?:\w+(?:->|\.))*(?:->)?\w+)\)?(?:\(\))?(?: \w+)? (?:held|locked|taken)\b/i,
  /\b(?:callers?|you) (?:must |should |has to |have to |needs? to )?(?:hold|holds|holding|own|owns)(?: the)? [`@&]*((?:\w+(?:->|\.))*(?:->)?\w+)/i,
  /[`@&]*((?:\w+(?:->|\.))*(?:->)?\w+)(?:\(\))?(?: lock| mutex| semaphore)? (?:must|should|has to|needs to) be (?:held|locked|taken)\b/i,
  /\b(?:under|protected by|inside|in)(?: the)? (rtnl(?:_lock)?|RTNL)\b/i,
  /\b(?:called|invoked|run|runs) (?:under|with)(?: the)? [`@&]*((?:\w+(?:->|\.))*\w*(?:lock|mutex|sem))\b/i,
];

/** What a comment says; undefined if nothing that is understood. `comment` with its signs. */
export function documentedIn(comment: string): Documented | undefined {
  const aspects: Partial<Record<Aspect, Answer>> = {};
  const locks: Pick<HeldLock, 'lock' | 'kind'>[] = [];
  const words: string[] = [];
  for (const sentence of sentencesOf(comment)) {
    const found = readSentence(sentence);
    if (!found) continue;
    Object.assign(aspects, { ...found.aspects, ...aspects });
    for (const l of found.locks) if (!locks.some(o => o.lock === l.lock)) locks.push(l);
    words.push(sentence);
  }
  return words.length > 0 ? { aspects, locks, words: words.join('. ') } : undefined;
}

function readSentence(sentence: string): Omit<Documented, 'words'> | undefined {
  const context = /^context\s*:/i.test(sentence);
  if (neverSleepy.test(sentence)) return undefined;
  // Process context that may sleep, or a function that says so of itself.
  if (sleepy.test(sentence) && !/\bif\b|\bwhen\b|@\w+|depending|unless/i.test(sentence))
    return { aspects: process, locks: [] };
  if (
    /\b(?:user|process|sleepable|task) context\b/i.test(sentence) &&
    !denies.test(sentence) &&
    !/\bor\b/i.test(sentence)
  )
    return { aspects: process, locks: [] };
  if (!context && !demands.test(sentence)) return undefined;
  if (denies.test(sentence)) return undefined;
  const held = heldForms.flatMap(form => {
    const name = form.exec(sentence)?.[1];
    const lock = name === undefined ? undefined : lockOf(name);
    return lock ? [lock] : [];
  });
  // What is off "or" held is one of both.
  const either = /\bor\b/i.test(sentence);
  const state = either ? undefined : states.find(([words]) => words.test(sentence))?.[1];
  const [lock] = either ? [] : held;
  if (!state && !lock) return undefined;
  return { aspects: { ...(lock && aspectsOf(lock.kind)), ...state }, locks: lock ? [lock] : [] };
}

/** A word that is a lock: by what it is called. */
function lockOf(name: string): Pick<HeldLock, 'lock' | 'kind'> | undefined {
  const lock = name.replace(/^->/, '');
  if (/^rtnl(?:_(?:lock|mutex|sem))?$/i.test(lock)) return { lock: 'rtnl_mutex', kind: 'rtnl' };
  if (/rcu|^(?:the|a|an|this|lock|mutex|bh|irqs?|interrupts?|preemption|reference|refcount|ref)$/i.test(lock))
    return undefined;
  if (/mutex|mtx/.test(lock)) return { lock, kind: 'mutex' };
  if (/(?:rwsem|_sem|rw_sem|semaphore)$/.test(lock)) return { lock, kind: 'rwsem' };
  if (/spin|raw_lock/.test(lock)) return { lock, kind: 'spin' };
  return /lock$/.test(lock) ? { lock, kind: 'local' } : undefined;
}

/** Of a `lock` it is not known whether it sleeps. */
function aspectsOf(kind: SectionKind): Aspects {
  return kind === 'spin' ? reader : {};
}

/** The sentences of a comment without its signs; `Context:` takes its first sentences together. */
function sentencesOf(comment: string): readonly string[] {
  const plain = comment
    .replace(/^\/\*+|\*+\/$/g, '')
    .split('\n')
    .map(l => l.replace(/^\s*(?:\*+|\/\/+) ?/, '').trim())
    .join('\n')
    .replace(/\n\s*\n/g, '. ')
    .replace(/\n(?=\s*(?:@|Context|Return|Locking|NOTE|Note))/g, '. ')
    .replace(/\s+/g, ' ');
  return plain
    .split(/(?<=[.!;])\s+(?=\S)/)
    .map(s => s.replace(/[.\s]+$/, '').replace(/^[.\s]+/, ''))
    .filter(s => s.length > 3 && s.length < 400);
}

/** The comment that ends right above an offset of a file's text. */
export function commentAbove(text: string, offset: number): string | undefined {
  const before = text.slice(Math.max(0, offset - 4000), offset).trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const start = before.lastIndexOf('/*');
  return start < 0 ? undefined : before.slice(start);
}
