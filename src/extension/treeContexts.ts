/**
 * The contexts that the view “Concurrency” lists: worked out over the callers in the whole tree, which may take seconds for
 * a large file, so only while the row is unfolded, a part at a time, each shown as it comes.
 */
import * as vscode from 'vscode';
import type { ConcurrencyData } from '../host/methods';
import { openPaths } from './convert';
import type { Log } from './log';
import type { Workers } from './workers';

type Context = ConcurrencyData['contexts'][number];

/** What is listed so far. */
export interface TreeContexts {
  readonly found: readonly Context[];
  readonly state: 'known' | 'working' | 'complete';
}

/** Of what; another `stamp` is another text of it. */
export interface ContextsSubject {
  readonly path: string;
  readonly scope: 'file' | 'workspace';
  readonly stamp: string;
}

export interface ContextsLoader {
  /** What to show of the subject; `known` is what is known without any work. */
  of(subject: ContextsSubject, known: readonly Context[]): TreeContexts;
  /** The row is unfolded (or folded): worked out as long as it is. */
  want(wanted: boolean): void;
  /** More of the tree is known: once all is worked out, it is worth doing so again. */
  improve(): void;
}

/** Parts that come faster than this are drawn together, in milliseconds. */
const drawEvery = 300;

/** `draw` is called when there is more to show. */
export function createContextsLoader(workers: Workers, log: Log, draw: () => void): ContextsLoader {
  let subject: ContextsSubject | undefined;
  /** The last list that was complete, shown until the next one is. */
  let last: readonly Context[] | undefined;
  let found: readonly Context[] = [];
  let next: number | undefined = 0;
  let isWanted = false;
  let isRunning = false;
  let isImproved = false;

  const isSame = (one: ContextsSubject): boolean =>
    subject?.path === one.path && subject.scope === one.scope && subject.stamp === one.stamp;

  function renew(): void {
    isImproved = false;
    found = [];
    next = 0;
  }

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    let drawn = Date.now();
    try {
      while (isWanted && subject && next !== undefined) {
        const { path, scope } = subject;
        const mine: ContextsSubject = subject;
        const part = await workers.ask('contexts', { path, open: openPaths(), scope, from: next });
        if (!isSame(mine)) continue;
        next = part?.next;
        found = merged(found, part?.found ?? []);
        if (next === undefined) {
          last = found;
          if (isImproved) renew();
        }
        if (next !== undefined && Date.now() - drawn < drawEvery) continue;
        drawn = Date.now();
        draw();
      }
    } finally {
      isRunning = false;
    }
  }

  const start = (): void => {
    if (next === undefined && isImproved) renew();
    void log.guard(vscode.l10n.t('the view Concurrency'), undefined, run);
  };

  return {
    of(of, known) {
      if (!isSame(of)) {
        if (subject?.path !== of.path || subject.scope !== of.scope) last = undefined;
        subject = of;
        renew();
        if (isWanted) start();
      }
      if (next === undefined) return { found, state: 'complete' };
      const shown = last ?? (found.length > 0 ? merged(found, missing(known, found)) : known);
      return { found: shown, state: isWanted ? 'working' : 'known' };
    },
    want(wanted) {
      isWanted = wanted;
      if (wanted) start();
    },
    improve() {
      isImproved = true;
      if (isWanted) start();
    },
  };
}

/** What is in `known` and not in `found`. */
function missing(known: readonly Context[], found: readonly Context[]): readonly Context[] {
  const has = new Set(found.flatMap(one => one.functions.map(run => key(one, run))));
  return known
    .map(one => ({ ...one, functions: one.functions.filter(run => !has.has(key(one, run))) }))
    .filter(one => one.functions.length > 0);
}

const key = ({ context }: Context, { function: name, place }: Context['functions'][number]): string =>
  `${context} ${place.path} ${name}`;

/** The contexts in the order in which they interrupt one another. */
const order = ['nmi', 'hardirq', 'softirq', 'kthread', 'process'];

function merged(left: readonly Context[], right: readonly Context[]): readonly Context[] {
  const by = new Map<string, Context>();
  for (const one of [...left, ...right]) {
    const before = by.get(one.context)?.functions ?? [];
    by.set(one.context, { ...one, functions: [...before, ...one.functions] });
  }
  return [...by.values()]
    .map(one => ({
      ...one,
      functions: [...one.functions].sort((a, b) =>
        a.function < b.function ? -1 : a.function > b.function ? 1 : 0,
      ),
    }))
    .sort((a, b) => order.indexOf(a.context) - order.indexOf(b.context));
}
