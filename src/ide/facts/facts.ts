/** The facts of one file as a plain object: what `racelens facts FILE.c --json` prints. */
import type { Span } from '../../base/span';
import { balanceOf, stretchesOf } from '../../kernel/sections/extents';
import { functionSpan, spanOf, type FunctionFacts } from '../../kernel/functions';
import type { Situation } from '../../kernel/entry/answers';
import { pointersOf } from '../../kernel/pointers';
import { meanings } from '../../kernel/sections/sections';
import type { SourceFile } from '../../syntax/source';
import { entriesWithin } from '../entries';
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
  /** As for a line: told by the callers of the function in the whole tree. */
  readonly contexts: readonly (ContextJson & { readonly function: string })[];
  readonly problems: readonly string[];
}

/** Looked at for one function of the file, and its callers; `--function` looks at more. */
const limits = { functions: 16, callers: 8, depth: 10, mentions: 60 };
/** Looked at for all of them: behind the functions of net/core/dev.c are more than anybody waits for. */
const MOST_LOOKED = 1200;

/** `show` makes a path short. */
export function facts(
  scene: Scene,
  file: SourceFile,
  show: (path: string) => string = p => p,
): FileFactsJson {
  const k = knowledge(scene);
  const functions = k.functions(file);
  const range = (span: Span): PlainRange => {
    const from = file.lines.positionAt(span.start);
    const to = file.lines.positionAt(span.end);
    return { line: from.line + 1, column: from.column + 1, endLine: to.line + 1, endColumn: to.column + 1 };
  };

  const entries = entriesWithin(scene, limits);
  const known = new Map<FunctionFacts, Situation>();
  for (const f of functions) {
    if (entries.looked() > MOST_LOOKED) break;
    known.set(f, entries.of(f));
  }
  const left = functions.length - known.size;

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
            `contexts of the last ${String(left)} functions were left out: too many callers; ask with --function`,
          ]
        : []),
    ],
  };
}
