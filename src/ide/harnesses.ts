/** Harness files (`*.race.c`): which belong to a source file, and what stands under the cursor. */
import type { Span } from '../base/span';
import { child, walk } from '../syntax/node';
import type { Item, SourceFile } from '../syntax/source';
import { callArguments } from '../kernel/expression';

export interface HarnessThread {
  readonly kind: 'thread' | 'daemon' | 'init';
  /** `init` for RACE_INIT. */
  readonly name: string;
  readonly context: string;
  /** The whole item. */
  readonly span: Span;
}

export interface Harness {
  readonly file: string;
  readonly threads: readonly HarnessThread[];
  /** As the includes are written. */
  readonly includes: readonly string[];
  /** The word in RACE_EXPECT, if any. */
  readonly expects?: string;
}

/** A harness that has to do with a source file, and why. */
export interface HarnessMatch {
  readonly harness: Harness;
  readonly includesFile: boolean;
  /** Functions of the file that the harness names. */
  readonly functions: readonly string[];
}

const kinds: Readonly<Record<string, HarnessThread['kind']>> = {
  RACE_THREAD: 'thread',
  RACE_DAEMON: 'daemon',
  RACE_INIT: 'init',
};

/** Whether the file is a harness: it has RACE_THREADs. */
export function harness(file: SourceFile): Harness | undefined {
  const threads = file.items.flatMap(item => threadOf(file, item) ?? []);
  if (!threads.some(t => t.kind !== 'init')) return undefined;
  const expect = file.items.find(i => i.kind === 'invocation' && i.name === 'RACE_EXPECT');
  const words = expect ? invocationArguments(file, expect) : [];
  const expects = words.at(-1);
  return {
    file: file.path,
    threads,
    includes: file.includes.map(i => i.target),
    ...(expects !== undefined && { expects }),
  };
}

function threadOf(file: SourceFile, item: Item): HarnessThread | undefined {
  const kind = item.kind === 'invocation' ? kinds[item.name] : undefined;
  if (!kind) return undefined;
  const [context = '', name = ''] = invocationArguments(file, item);
  return {
    kind,
    name: kind === 'init' ? 'init' : name,
    context: kind === 'init' ? 'process' : context,
    span: { file: file.path, start: item.start, end: item.end },
  };
}

function invocationArguments(file: SourceFile, item: Item): readonly string[] {
  const node = file.node(item);
  const call = node && child(node, 'call');
  return call ? callArguments(call).map(a => file.text.slice(a.start, a.end)) : [];
}

/** The thread whose body the offset is in. */
export function threadAt(file: SourceFile, offset: number): HarnessThread | undefined {
  return harness(file)?.threads.find(t => t.span.start <= offset && offset <= t.span.end);
}

/** The harnesses among `candidates` that concern `file`, best first: including it and naming `functionName`. */
export function harnessesFor(
  file: SourceFile,
  candidates: readonly SourceFile[],
  functionName?: string,
): readonly HarnessMatch[] {
  const own = new Set(file.items.filter(i => i.kind === 'function').map(i => i.name));
  const matches = candidates.flatMap(candidate => {
    if (candidate.path === file.path) return [];
    const found = harness(candidate);
    if (!found) return [];
    const includesFile = found.includes.some(i => endsWithPath(file.path, i));
    const functions = [...namesIn(candidate)].filter(n => own.has(n));
    return includesFile || functions.length > 0 ? [{ harness: found, includesFile, functions }] : [];
  });
  const rank = (m: HarnessMatch): number =>
    (m.includesFile ? 0 : 2) + (functionName !== undefined && m.functions.includes(functionName) ? 0 : 1);
  return matches.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      b.functions.length - a.functions.length ||
      (a.harness.file < b.harness.file ? -1 : 1),
  );
}

/** `/k/net/core/dev.c` ends with `net/core/dev.c` and with `./dev.c`, not with `xdev.c`. */
function endsWithPath(path: string, include: string): boolean {
  const tail = include.replace(/^(\.{1,2}\/)+/, '');
  return path === tail || path.endsWith(`/${tail}`);
}

/** Identifiers in the bodies and initialisers of a harness. */
function namesIn(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const item of file.items) {
    if (item.kind !== 'invocation' && item.kind !== 'function' && item.kind !== 'variable') continue;
    const node = file.node(item);
    if (!node) continue;
    walk(node, n => {
      if (n.kind === 'identifier') names.add(file.text.slice(n.start, n.end));
    });
  }
  return names;
}

/** The name of the function whose definition the offset is in. */
export function functionAt(file: SourceFile, offset: number): string | undefined {
  return file.items.find(i => i.kind === 'function' && i.start <= offset && offset <= i.end)?.name;
}
