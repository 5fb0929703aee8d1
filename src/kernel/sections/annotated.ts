/**
 * What a call does to sections if no body of the function is at hand (assembler, a part of the tree that is not here):
 * what its prototype is annotated with for sparse, `__acquires(x)`, `__releases(x)`, `__cond_acquires(x)`. `__must_hold(x)`,
 * and a lock that is both released and acquired, leave the caller's section as it is.
 *
 * The kind of the lock is told by its type; the annotation of a lock whose type is not known tells nothing.
 */
import type { Corpus, Definition } from '../corpus';
import type { Types } from '../places';
import { splitArguments } from './macros';
import { kindOfLockType, tidyLock, type Effect, type SectionKind } from './sections';

/** A declaration and what it is annotated with, in terms of its parameters. */
export interface Annotated {
  readonly definition: Definition;
  readonly parameters: readonly string[];
  readonly effects: readonly Effect[];
}

/** What is annotated by a name that is no lock. */
const kindOfWord: Readonly<Record<string, SectionKind>> = {
  RCU: 'rcu',
  rcu: 'rcu',
  RCU_BH: 'rcu-bh',
  RCU_SCHED: 'rcu-sched',
};

const annotation = /\b__(acquires?|releases?|cond_acquires)\s*\(/g;

const anyAnnotation = /\b__(?:acquires?|releases?|cond_acquires)\s*\(/;

/** More places that mention a name than this are not looked at to find its declaration. */
const MOST_READ = 16;

/** The annotated prototype of a name as a call in a file means it; undefined if there is none. */
export function annotatedIn(
  corpus: Corpus,
  types: Types,
  name: string,
  from: string | undefined,
): Annotated | undefined {
  for (const definition of prototypesOf(corpus, name, from)) {
    const { source, item } = definition;
    const found = annotationsOf(source.text.slice(item.start, item.end), name, types);
    if (found) return { definition, ...found };
  }
  return undefined;
}

function* prototypesOf(corpus: Corpus, name: string, from: string | undefined): Iterable<Definition> {
  yield* corpus.definitions(name, ['prototype'], from);
  if (corpus.prototypes) {
    yield* corpus.prototypes(name, from, anyAnnotation);
    return;
  }
  let read = 0;
  for (const m of corpus.mentions(name, from)) {
    if (++read > MOST_READ) return;
    const { source, item } = m;
    if (
      item.kind === 'prototype' &&
      item.name === name &&
      (source.path === from || source.path.endsWith('.h'))
    )
      yield { source, item };
  }
}

/** What the text of a prototype says; undefined if it is not annotated, or in words that are not understood. */
export function annotationsOf(
  declaration: string,
  name: string,
  types: Types,
): Pick<Annotated, 'parameters' | 'effects'> | undefined {
  const start = new RegExp(`\\b${name}\\s*\\(`).exec(declaration);
  const list = start && inside(declaration, start.index + start[0].length - 1);
  if (list === undefined || list === null) return undefined;
  const typeOf = new Map<string, string>();
  const parameters = splitArguments(list).map(p => {
    const own = /([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?$/.exec(p)?.[1] ?? '';
    const type = /(?:struct\s+)?(\w+)\s*(?:const\s*)?[*\s]*\b\w+\s*(?:\[[^\]]*\])?$/.exec(p)?.[1];
    if (type !== undefined) typeOf.set(own, type);
    return own;
  });
  const effects: Effect[] = [];
  for (const m of declaration.matchAll(annotation)) {
    const what = inside(declaration, m.index + m[0].length - 1)?.trim() ?? '';
    const effect = effectOf(what, m[1] ?? '', name, typeOf, types);
    if (effect) effects.push(effect);
  }
  // Released and acquired: the same section goes on.
  const isBoth = (e: Effect): boolean =>
    effects.some(x => x.lock === e.lock && x.kind === e.kind && x.role !== e.role);
  const left = effects.filter(e => !isBoth(e));
  return left.length > 0 ? { parameters, effects: left } : undefined;
}

function effectOf(
  what: string,
  word: string,
  name: string,
  typeOf: ReadonlyMap<string, string>,
  types: Types,
): Effect | undefined {
  const role = word.startsWith('release') ? 'end' : word.startsWith('cond') ? 'try' : 'begin';
  const reader = kindOfWord[what];
  if (reader) return { role, kind: reader };
  const lock = tidyLock(what);
  const [root, ...fields] = lock.split(/->|\./);
  let type = root === undefined ? undefined : (typeOf.get(root) ?? types.globalType(root));
  for (const field of fields) type = type === undefined ? undefined : types.fieldType(type, field);
  const kind = type === undefined ? undefined : kindOfLockType[type];
  if (kind === undefined) return undefined;
  const spins = kind === 'spin' || kind === 'raw-spin' || kind === 'rwlock';
  // The kernel's names say what else is switched: `…_lock_bh`, `…_unlock_irqrestore`.
  const also = spins ? /_(bh|irq)(?:save|restore)?(?:_nested)?$/.exec(name)?.[1] : undefined;
  const shared =
    (kind === 'rwlock' || kind === 'rwsem') && /(?:^|_)(?:read|down_read|up_read)(?:_|$)/.test(name);
  return {
    role,
    kind,
    lock,
    ...(also !== undefined && { switches: also === 'bh' ? 'bh' : 'irq' }),
    ...(shared && { shared: true }),
  };
}

/** What stands between the parenthesis at `open` and its partner. */
function inside(text: string, open: number): string | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return text.slice(open + 1, i);
  }
  return undefined;
}
