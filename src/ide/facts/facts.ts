/** The facts of one file as a plain object: what `racelens facts FILE.c --json` prints. */
import type { Span } from '../../base/span';
import { balanceOf, stretchesOf } from '../../kernel/sections/extents';
import { functionSpan, spanOf, type FunctionFacts } from '../../kernel/functions';
import type { Situation } from '../../kernel/entry/answers';
import { pointersOf } from '../../kernel/pointers';
import { meanings } from '../../kernel/sections/sections';
import type { SourceFile } from '../../syntax/source';
import { entriesInFile, entriesWithin } from '../entries';
import { knowledge } from '../knowledge';
import { contextJson, reason, type ContextJson } from './lineFacts';
import type { Scene } from '../scene';

export interface PlainRange {
  /** One-based, as compilers print them. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface FileFactsJson {
  readonly file: string;
  readonly regions: readonly (PlainRange & {
    readonly function: string;
    readonly kind: string;
    readonly lock?: string;
    readonly implicit?: string;
    readonly depth: number;
    readonly paths: 'all' | 'some';
  })[];
  readonly accesses: readonly (PlainRange & {
    readonly function: string;
    readonly word: string;
    readonly kind: string;
    readonly bits: readonly string[];
    readonly atomic: boolean;
    readonly ordering: string;
  })[];
  readonly pointers: readonly (PlainRange & {
    readonly function: string;
    readonly pointer: string;
    readonly kind: string;
  })[];
  /** Bits by number; `?` and a count where nobody says the number. */
  readonly words: readonly { readonly word: string; readonly bits: Readonly<Record<string, string>> }[];
  readonly conditionalLocks: readonly (PlainRange & {
    readonly function: string;
    readonly lock: string;
    /** `dev->npinfo is NULL`. */
    readonly unless: string;
  })[];
  readonly publishes: readonly (PlainRange & {
    readonly function: string;
    readonly pointer: string;
    readonly readers: readonly string[];
    readonly fixLine?: number;
  })[];
  /** As for a line: told by the callers of the function, in the whole tree unless `problems` says otherwise. */
  readonly contexts: readonly (ContextJson & { readonly function: string })[];
  readonly problems: readonly string[];
}

export interface FileFactsOptions {
  /** Makes a path short. */
  readonly show?: (path: string) => string;
  /** Reads the callers of all functions, however many there are. */
  readonly contexts?: boolean;
  /** Told how many functions' callers have been read. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Looked at for one function of the file, and its callers; `--function` looks at more. */
const limits = { functions: 16, callers: 8, depth: 10, mentions: 60 };
/** Spent on callers in other files unless all are asked for; in characters of functions (see Metered). */
const MOST_WORK = 100_000;

/** What the functions of a file are entered with; `left` counts those of which not all callers were read. */
function entriesOfFile(
  scene: Scene,
  file: SourceFile,
  functions: readonly FunctionFacts[],
  options: FileFactsOptions,
): { readonly known: ReadonlyMap<FunctionFacts, Situation>; readonly left: number } {
  const near = entriesInFile(scene, file, knowledge(scene).survey);
  const known = new Map(functions.map(f => [f, near.of(f)]));
  const open = functions.filter(f => known.get(f)?.complete === false);
  // Those first of which nothing is known yet.
  open.sort((a, b) => told(known, a) - told(known, b));
  const far = entriesWithin(scene, limits, options.contexts ? Infinity : MOST_WORK);
  for (const [i, f] of open.entries()) {
    options.onProgress?.(i, open.length);
    const situation = far.of(f);
    if (far.spent()) return { known, left: open.length - i };
    known.set(f, situation);
  }
  return { known, left: 0 };
}

function told(known: ReadonlyMap<FunctionFacts, Situation>, f: FunctionFacts): number {
  return Math.min(1, known.get(f)?.contexts.length ?? 0);
}

/** Everything of a file at once. */
export function facts(scene: Scene, file: SourceFile, options: FileFactsOptions = {}): FileFactsJson {
  const { show = p => p } = options;
  const k = knowledge(scene);
  const functions = k.functions(file);
  const range = (span: Span): PlainRange => {
    const from = file.lines.positionAt(span.start);
    const to = file.lines.positionAt(span.end);
    return { line: from.line + 1, column: from.column + 1, endLine: to.line + 1, endColumn: to.column + 1 };
  };

  const { known, left } = entriesOfFile(scene, file, functions, options);

  const regions = functions.flatMap(f => {
    const found: (FileFactsJson['regions'][number] & { start: number; end: number })[] = [];
    const add = (
      span: Span,
      rest: Pick<FileFactsJson['regions'][number], 'kind' | 'lock' | 'implicit' | 'paths'>,
    ): void => {
      found.push({ ...range(span), function: f.name, ...rest, depth: 0, start: span.start, end: span.end });
    };
    const reader = known.get(f)?.reader;
    if (reader?.value === 'yes')
      add(functionSpan(f), { kind: 'rcu', implicit: reason(reader), paths: 'all' });
    const s = k.survey.sections(f);
    for (const { sites, extents } of s ? stretchesOf(f, s) : []) {
      const [site] = sites;
      if (!s || !site) continue;
      const paths = balanceOf(f, s, site.id) === 'all' ? ('all' as const) : ('some' as const);
      const { kind, lock, switches } = site.effect;
      const implicit = meanings[kind].implicitReader ?? (switches && meanings[switches].implicitReader);
      for (const e of extents) {
        const span = spanOf(f, e);
        add(span, {
          kind,
          ...(lock !== undefined && { lock }),
          ...(implicit !== undefined && { implicit }),
          paths,
        });
      }
    }
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    return found.map(({ start, end, ...plain }, i) => ({
      ...plain,
      depth: found.slice(0, i).filter(o => o.start <= start && o.end >= end).length,
    }));
  });

  const accesses = k.words
    .flatMap(word => word.accesses.map(a => ({ word, ...a })))
    .filter(a => a.f.file === file.path)
    .map(a => ({ a, span: spanOf(a.f, a.access.node) }))
    .sort((x, y) => x.span.start - y.span.start || x.span.end - y.span.end)
    .map(({ a, span }) => ({
      ...range(span),
      function: a.f.name,
      word: a.word.key,
      kind: a.access.kind,
      bits: a.bits.map(b => b.name),
      atomic: a.access.atomic,
      ordering: a.access.ordering,
    }));

  return {
    file: file.path,
    regions,
    accesses,
    pointers: functions.flatMap(f =>
      pointersOf(f.analysis).map(p => ({
        ...range(spanOf(f, p.node)),
        function: f.name,
        pointer: p.pointer,
        kind: p.kind,
      })),
    ),
    words: k.words
      .filter(w => w.accesses.some(a => a.f.file === file.path))
      .map(w => ({
        word: w.key,
        bits: Object.fromEntries(
          w.bits.map((b, i) => [b.number === undefined ? `?${i}` : String(b.number), b.name]),
        ),
      })),
    conditionalLocks: functions.flatMap(f =>
      k.survey.conditionalLocks(f).map(l => ({
        ...range(spanOf(f, l.site.node)),
        function: f.name,
        lock: l.lock,
        unless: l.guards.map(g => `${g.text} is ${g.when === 'set' ? 'NULL or 0' : 'set'}`).join(' or '),
      })),
    ),
    publishes: k.publications
      .filter(p => p.functionSpan.file === file.path)
      .map(p => ({
        ...range(p.span),
        function: p.function,
        pointer: p.pointer,
        readers: [...new Set(p.readers.map(r => r.function))],
        ...(p.place && { fixLine: k.lineOf(p.place.file, p.place.offset) }),
      })),
    contexts: functions.flatMap(f =>
      (known.get(f)?.contexts ?? []).map(c => ({ function: f.name, ...contextJson(c, show) })),
    ),
    problems: [
      ...file.problems.map(p => p.message),
      ...(left > 0
        ? [
            `callers of ${String(left)} functions were read in this file only; --contexts reads them in the whole tree`,
          ]
        : []),
    ],
  };
}
