/**
 * The answers of all callers together. Callers of which nothing is known, and those that a limit left out, are counted
 * apart: see `join` for what they weigh.
 */
import {
  aspects,
  differing,
  join,
  plain,
  type Aspect,
  type FoundContext,
  type HeldLock,
  type Judged,
  type Situation,
} from './answers';

/** Nothing is known yet: the function is being worked out, further up. Adds nothing to a sum. */
export const open: Judged = { value: 'depends-on-caller', because: 'it calls itself', chain: [] };
/** A situation that adds nothing. */
export const bottom: Situation = {
  reader: open,
  bhOff: open,
  irqOff: open,
  maySleep: open,
  locks: [],
  contexts: [],
  complete: true,
};

/** So many callers that agree are taken for all of them, if what they say is so of most code, or if it is not. */
const ENOUGH_PLAIN = 1;
const ENOUGH_OTHER = 4;

/** Callers, added one by one. */
export interface Sum {
  add(s: Situation): void;
  /** Callers differ in everything: more of them change nothing. */
  settled(): boolean;
  /** `cut`: not all callers were added. `nobody` answers if there was none. */
  result(cut: boolean, nobody: (aspect: Aspect) => Judged): Situation;
}

/** An empty sum. */
export function createSum(): Sum {
  const answers: Partial<Record<Aspect, Judged>> = {};
  const unread: Partial<Record<Aspect, Judged>> = {};
  const agreeing: Partial<Record<Aspect, number>> = {};
  const locks = new Map<string, HeldLock>();
  const contexts: FoundContext[] = [];
  const state = { count: 0, complete: true, circle: false };
  const keyOf = (l: HeldLock): string => `${l.kind} ${l.lock}`;
  return {
    add(s) {
      for (const aspect of aspects) {
        const one = s[aspect];
        if (one === open) continue;
        if (one.unread) {
          unread[aspect] ??= one;
          continue;
        }
        const joined = join(aspect, answers[aspect], one);
        if (joined) answers[aspect] = joined;
        if (!one.unknown) agreeing[aspect] = (agreeing[aspect] ?? 0) + 1;
      }
      state.complete &&= s.complete;
      // Of a circle's locks only what it takes itself is known, and that is no news.
      if (aspects.some(a => s[a] === open) || aspects.every(a => s[a].unknown)) {
        state.circle = true;
        return;
      }
      for (const l of s.locks) {
        const old = locks.get(keyOf(l));
        if (old) {
          locks.set(keyOf(l), { ...old, held: together(old.held, l.held) });
        } else if (state.count === 0) locks.set(keyOf(l), l);
        else locks.set(keyOf(l), { ...l, held: differ(l) });
      }
      for (const [key, l] of locks)
        if (!s.locks.some(o => keyOf(o) === key)) locks.set(key, { ...l, held: differ(l) });
      for (const c of s.contexts) {
        const at = contexts.findIndex(o => o.context === c.context && o.label === c.label);
        const old = contexts[at];
        if (!old) contexts.push(c);
        else if (c.chain.length < old.chain.length) contexts[at] = c;
      }
      state.count++;
    },
    settled: () => aspects.every(a => answers[a]?.value === 'depends-on-caller' && !answers[a].unknown),
    result(cut, nobody) {
      const complete = state.complete && !cut;
      const judge = (aspect: Aspect): Judged => {
        const j = answers[aspect];
        if (!j) return unread[aspect] ?? (state.circle ? open : nobody(aspect));
        if (j.value === 'depends-on-caller' || (!cut && !unread[aspect])) return j;
        // Callers that agree are taken for all of them: sooner if what they say is the usual thing.
        const enough = j.value === plain[aspect] ? ENOUGH_PLAIN : ENOUGH_OTHER;
        if ((agreeing[aspect] ?? 0) >= enough) return j;
        return {
          value: 'depends-on-caller',
          unknown: true,
          because: `not all callers were read; those read say ${j.value} (${j.because})`,
          chain: j.chain,
        };
      };
      return {
        reader: judge('reader'),
        bhOff: judge('bhOff'),
        irqOff: judge('irqOff'),
        maySleep: judge('maySleep'),
        locks: [...locks.values()].map(l =>
          cut && state.count < ENOUGH_OTHER && l.held.value === 'yes'
            ? {
                ...l,
                held: {
                  ...l.held,
                  value: 'depends-on-caller',
                  because: 'not all callers were read',
                } as const,
              }
            : l,
        ),
        contexts: [...contexts].sort((a, b) => a.chain.length - b.chain.length).slice(0, 12),
        complete,
      };
    },
  };
}

function together(a: Judged, b: Judged): Judged {
  if (a.value === b.value) return a;
  return a.value === 'depends-on-caller' ? a : b.value === 'depends-on-caller' ? b : differing(a, b);
}

function differ(l: HeldLock): Judged {
  return l.held.value === 'depends-on-caller'
    ? l.held
    : { value: 'depends-on-caller', because: 'some callers hold it, some do not', chain: l.held.chain };
}
