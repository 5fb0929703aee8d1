/**
 * The contexts that functions of a file run in: NAPI poll, work item, system call …, each with its chain of callers. Told by
 * their entry states over the whole tree (entries.ts), the same that `racelens facts --line` answers with. Working one out
 * may take a second, so an editor asks for a piece at a time, or for what is known so far.
 */
import type { Span } from '../base/span';
import type { Situation } from '../kernel/entry/answers';
import { functionsOf, nameSpan, type FunctionFacts } from '../kernel/functions';
import type { SourceFile } from '../syntax/source';
import { knownEntry, entryOf } from './entries';
import type { Scene } from './scene';

export interface RunEntry {
  readonly function: string;
  /** The caller, its caller, … up to what registered it, and then as what it runs. */
  readonly chain: readonly string[];
  /** Why it is an RCU reader there. */
  readonly reader?: string;
  readonly span: Span;
}

export interface ContextEntry {
  /** `softirq`. */
  readonly context: string;
  readonly functions: readonly RunEntry[];
}

/** Functions by context as far as it has been worked out already; costs nothing. */
export function knownContexts(scene: Scene, functions: readonly FunctionFacts[]): readonly ContextEntry[] {
  return grouped(
    functions.map(f => {
      const entry = knownEntry(scene, f);
      return { f, entry };
    }),
  );
}

export interface ContextsPart {
  /** Of the functions of this part; parts are put together by `mergedContexts`. */
  readonly found: readonly ContextEntry[];
  /** Where to go on; absent: it was the last part. */
  readonly next?: number;
}

/**
 * Contexts of the functions of a file (without one: of all files of the scene), from the one with number `from` on, until
 * `enough` says so; at least one function is worked out.
 */
export function contextsFrom(
  scene: Scene,
  file: SourceFile | undefined,
  from: number,
  enough: () => boolean,
): ContextsPart {
  const functions = (file ? [file] : scene.files).flatMap(s => functionsOf(s, scene.facts));
  const part: { f: FunctionFacts; entry: Situation }[] = [];
  let at = from;
  for (; at < functions.length; at++) {
    const f = functions[at];
    if (!f) break;
    if (part.length > 0 && enough()) break;
    part.push({ f, entry: knownEntry(scene, f) ?? entryOf(scene, f) });
  }
  return { found: grouped(part), ...(at < functions.length && { next: at }) };
}

/** The contexts in the order in which they interrupt one another. */
const order = ['nmi', 'hardirq', 'softirq', 'kthread', 'process'];

/** Parts put together. */
export function mergedContexts(parts: readonly (readonly ContextEntry[])[]): readonly ContextEntry[] {
  const found = new Map<string, RunEntry[]>();
  for (const { context, functions } of parts.flat())
    found.set(context, [...(found.get(context) ?? []), ...functions]);
  return [...found]
    .map(([context, runs]) => ({
      context,
      functions: runs.sort((a, b) => (a.function < b.function ? -1 : a.function > b.function ? 1 : 0)),
    }))
    .sort((a, b) => order.indexOf(a.context) - order.indexOf(b.context));
}

function grouped(
  list: readonly { readonly f: FunctionFacts; readonly entry: Situation | undefined }[],
): readonly ContextEntry[] {
  return mergedContexts(list.map(({ f, entry }) => (entry ? runsOf(f, entry) : [])));
}

/** One entry for each context: the one with the shortest chain, which comes first. */
function runsOf(f: FunctionFacts, entry: Situation): readonly ContextEntry[] {
  const first = new Map<string, Situation['contexts'][number]>();
  for (const c of entry.contexts) if (!first.has(c.context)) first.set(c.context, c);
  return [...first.values()].map(c => ({
    context: c.context,
    functions: [
      {
        function: f.name,
        chain: [...c.chain.slice(1).map(l => l.name), c.label].filter((n, i, all) => n !== all[i - 1]),
        ...(entry.reader.value === 'yes' && { reader: entry.reader.because }),
        span: nameSpan(f),
      },
    ],
  }));
}
