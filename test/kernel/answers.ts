/**
 * The answers worked out by hand (answers.tsv) and how one of ours is held against one of them. A lock is told in words:
 * `slock` is met by `&sk->sk_lock.slock`, so that it does not count how we name what a caller holds.
 */
import { readFileSync } from 'node:fs';

export interface Expectation {
  readonly kind: 'line' | 'bit';
  /** Relative to the tree's root. */
  readonly file: string;
  /** One-based, for the version that answers.tsv names. */
  readonly line: number;
  /** The function that the line is in, or the name of the bit. */
  readonly anchor: string;
  readonly property: string;
  readonly expected: string;
  readonly note: string;
  /** Lines of one round were chosen at one time, before our own answers to them were seen. */
  readonly round: string;
}

export const version = '6.1.192';

export function readExpectations(path: string): readonly Expectation[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(row => row !== '' && !row.startsWith('#'))
    .map(row => {
      const [kind, file, line, anchor, property, expected, note, round] = row.split('\t');
      if ((kind !== 'line' && kind !== 'bit') || !file || !anchor || !property || !expected)
        throw new Error(`answers.tsv: ${row}`);
      return {
        kind,
        file,
        line: Number(line),
        anchor,
        property,
        expected,
        note: note ?? '',
        round: round ?? '',
      };
    });
}

/** A lock as we tell it. */
export interface ToldLock {
  readonly lock: string;
  readonly held: string;
}

/** `undefined` if it is as expected, else what is wrong. */
export function wrongValue(expected: string, told: string | undefined): string | undefined {
  return told !== undefined && expected.split('|').includes(told) ? undefined : (told ?? 'nothing told');
}

export function wrongContexts(expected: string, told: readonly string[]): string | undefined {
  const met = told.some(c => c === expected || (expected === 'process' && c === 'kthread'));
  return met ? undefined : told.join(', ') || 'none';
}

/** Held locks: each expected one is there with its certainty, and none is told for sure that is not there. */
export function wrongLocks(expected: string, told: readonly ToldLock[]): string | undefined {
  const wanted = expected === 'none' ? [] : expected.split(' ').map(wantedLock);
  const wrong: string[] = [];
  const left = new Set(told);
  // Words of one lock may be part of another's name: who has most to say chooses first.
  for (const w of [...wanted].sort((a, b) => Number(a.optional) - Number(b.optional))) {
    const fitting = [...left].filter(t => w.words.some(word => mentions(t.lock, word)));
    const [best] = [...fitting].sort(
      (a, b) => Number(w.states.includes(b.held)) - Number(w.states.includes(a.held)),
    );
    if (w.optional) for (const t of fitting) left.delete(t);
    else if (!best) wrong.push(`no ${w.words[0] ?? ''}`);
    else {
      left.delete(best);
      if (!w.states.includes(best.held)) wrong.push(`${best.lock}: ${best.held}`);
    }
  }
  // What only some callers hold is no claim about this line.
  for (const t of left) if (t.held !== 'depends-on-caller') wrong.push(`also ${t.lock} (${t.held})`);
  return wrong.length ? wrong.join('; ') : undefined;
}

interface WantedLock {
  readonly words: readonly string[];
  readonly states: readonly string[];
  readonly optional: boolean;
}

function wantedLock(text: string): WantedLock {
  const optional = text.startsWith('?');
  const state = /[~*]$/.exec(text)?.[0];
  const words = text.replace(/^\?|[~*]$/g, '').split('/');
  const some = ['some-paths', 'depends-on-caller'];
  const states = state === '~' ? some : state === '*' ? ['yes', ...some] : ['yes'];
  return { words, states, optional };
}

/** RTNL has several names. */
function mentions(lock: string, word: string): boolean {
  const plain = lock.replace(/[&\s]/g, '');
  if (word === 'rtnl') return plain.includes('rtnl');
  const pattern = word.replace(/[^\w]/g, '\\$&');
  return new RegExp(`(?<!\\w)${pattern}(?!\\w)`).test(plain);
}
