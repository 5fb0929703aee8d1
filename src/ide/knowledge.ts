/**
 * Everything the editor features know about a scene, made once: the functions of the open files and of the headers
 * they use, sections, state words, publications; and what names and fields mean in this tree.
 */
import { notesOn } from '../base/notes';
import type { Item, MacroDefinition, SourceFile } from '../syntax/source';
import type { Place, Scope, Tree } from '../tree/tree';
import { accessesThrough, type BitCallees } from '../kernel/words/accesses';
import { bitCallees, bitTraits } from '../kernel/words/bitWrappers';
import { evaluate, type Constant, type Names } from '../kernel/words/constants';
import { enumeratorsAround, type Enumerator } from '../kernel/words/enums';
import { functionOf, functionsOf, type FunctionFacts } from '../kernel/functions';
import type { Types } from '../kernel/places';
import { publications, type Publication } from '../kernel/publish';
import { survey, type Survey } from '../kernel/sections/survey';
import { pointersOf } from '../kernel/pointers';
import { primitive } from '../kernel/primitives';
import { isDirect, stateWords, type StateWord } from '../kernel/words/words';
import type { Scene } from './scene';
import { typeOfCall } from './bits/structs';
import { mustNotSleep } from './entries';
import { holds, memoryOf, typesOf, type Meaning } from './types';

export interface Knowledge {
  readonly survey: Survey;
  readonly names: Names;
  readonly types: Types;
  /** Functions of one file of the scene, in text order. */
  functions(file: SourceFile): readonly FunctionFacts[];
  /** Words that somebody changes by bit operations or cmpxchg. */
  readonly words: readonly StateWord[];
  /** Finds out what a function does to such words: less is left to do for `words`. */
  accesses(f: FunctionFacts): void;
  /** Words of flags that nobody changes but by plain masks: `dev->flags |= IFF_PROMISC`. */
  readonly plainWords: readonly StateWord[];
  readonly publications: readonly Publication[];
  /** One-based line of an offset in a file of the scene or a header. */
  lineOf(file: string, offset: number): number;
  /** All enumerators of the enum that a name is in, in order. */
  siblings(name: string): readonly Enumerator[];
}

const known = notesOn<Scene, Knowledge>('knowledge');

/** What is known about a scene. Made on first use; scenes are values. */
export function knowledge(scene: Scene): Knowledge {
  let k = known.get(scene);
  if (!k) known.set(scene, (k = gather(scene, pastOf(scene))));
  return k;
}

/** What was found out for the same files before their last edit. */
interface Past {
  around?: Around;
  survey?: Survey;
  bits?: Bits;
}

const pasts = new WeakMap<Tree, Map<string, Past>>();

/** Sets of files of one tree whose past is kept. */
const MOST_PASTS = 3;

function pastOf(scene: Scene): Past {
  let mine = pasts.get(scene.tree);
  if (!mine) pasts.set(scene.tree, (mine = new Map()));
  const key = scene.files.map(f => f.path).join('\n');
  const past = mine.get(key) ?? {};
  mine.delete(key);
  mine.set(key, past);
  for (const oldest of mine.keys()) if (mine.size > MOST_PASTS) mine.delete(oldest);
  return past;
}

function gather(scene: Scene, past: Past): Knowledge {
  const lazy = <T>(make: () => T): (() => T) => {
    let made: { readonly value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  const types = typesOf(scene);
  const { names, siblings } = namesOf(scene);
  const functions = (file: SourceFile): readonly FunctionFacts[] => functionsOf(file, scene.facts);
  const around = lazy(() => (past.around = aroundOf(scene, scene.files.flatMap(functions), past.around)));
  const whole = lazy(() => {
    const { own, related, macrosNamed } = around();
    return (past.survey = survey({
      functions: own,
      related,
      types,
      corpus: scene.corpus,
      macros: macrosNamed,
      before: past.survey,
    }));
  });
  // Bodies at hand are enough: asking the whole tree at every keystroke would cost more than it tells.
  const bodies = lazy(() => bodiesOf(around()));
  const macroOf = (name: string): MacroDefinition | undefined => around().macros.get(name)?.[0]?.macro;
  const callees = lazy(() => (past.bits = bitsOf(around(), bodies(), past.bits)).callees);
  const wordTypes: Types = {
    ...types,
    callType: name => typeOfCall(bodies()(name), macroOf(name)?.body),
  };
  const wordsOf = (which: 'strong' | 'plain'): readonly StateWord[] =>
    stateWords([...whole().functions, ...whole().related], wordTypes, names, callees(), which);
  const words = lazy(() => wordsOf('strong'));
  const plainWords = lazy(() => wordsOf('plain'));
  const published = lazy(() => publications(whole(), f => mustNotSleep(scene, f)));
  return {
    names,
    types,
    siblings,
    functions,
    lineOf(file, offset) {
      const source = scene.files.find(f => f.path === file) ?? scene.tree.file(file);
      return (source?.lines.positionAt(offset).line ?? 0) + 1;
    },
    get survey() {
      return whole();
    },
    accesses(f) {
      if (isDirect(f.analysis, callees())) accessesThrough(f.analysis, callees());
    },
    get words() {
      return words();
    },
    get plainWords() {
      return plainWords();
    },
    get publications() {
      return published();
    },
  };
}

interface Macro {
  readonly macro: MacroDefinition;
  readonly source: SourceFile;
  readonly item: Item;
}

type Bodies = (name: string) => FunctionFacts | undefined;

/** By name: those of the files before those of headers. */
function bodiesOf({ own, related }: Around): Bodies {
  const mine = new Map<string, FunctionFacts>();
  for (const f of own) if (!mine.has(f.name)) mine.set(f.name, f);
  let others = bodiesByName.get(related);
  if (!others) {
    bodiesByName.set(related, (others = new Map()));
    for (const f of related) if (!others.has(f.name)) others.set(f.name, f);
  }
  const theirs = others;
  return name => mine.get(name) ?? theirs.get(name);
}

const bodiesByName = new WeakMap<readonly FunctionFacts[], Map<string, FunctionFacts>>();

/** What callees do to bits, and the bodies that it was told from. */
interface Bits {
  readonly callees: BitCallees;
  readonly around: Around;
  /** Where the bodies are by now. */
  readonly now: { bodies: Bodies };
}

function bitsOf(around: Around, bodies: Bodies, before: Bits | undefined): Bits {
  if (before?.around.related === around.related && before.around.macros === around.macros) {
    const old = before.around.own;
    const isSame =
      old.length === around.own.length &&
      around.own.every((f, i) => {
        const was = old[i];
        return was?.name === f.name && (was.analysis === f.analysis || bitTraits(was) === bitTraits(f));
      });
    if (isSame) {
      before.now.bodies = bodies;
      return { ...before, around };
    }
  }
  const now = { bodies };
  const { macros } = around;
  const callees = bitCallees({
    function: name => now.bodies(name),
    macro: name => macros.get(name)?.[0]?.macro,
  });
  return { callees, around, now };
}

/** What the functions at hand use of the headers. */
interface Around {
  readonly own: readonly FunctionFacts[];
  readonly related: readonly FunctionFacts[];
  readonly macros: ReadonlyMap<string, readonly Macro[]>;
  readonly macrosNamed: (name: string) => readonly Macro[];
  readonly scope: Scope;
  readonly revision: string | undefined;
}

/** The same parts again unless an edit uses something else of the headers. */
function aroundOf(scene: Scene, own: readonly FunctionFacts[], before: Around | undefined): Around {
  const revision = scene.corpus.revision?.(scene.files.map(f => f.path));
  if (
    before?.scope === scene.scope &&
    revision !== undefined &&
    before.revision === revision &&
    usesTheSame(scene, before.own, own)
  )
    return { ...before, own };
  const { related, macros } = relatedTo(scene, own);
  return {
    own,
    related,
    macros,
    macrosNamed: name => macros.get(name) ?? [],
    scope: scene.scope,
    revision,
  };
}

/** What changed calls the same functions and macros of headers as before, and publishes the same pointers. */
function usesTheSame(scene: Scene, before: readonly FunctionFacts[], now: readonly FunctionFacts[]): boolean {
  if (before.length !== now.length) return false;
  const items = headerItems(scene);
  return now.every((f, i) => {
    const old = before[i];
    if (old?.analysis === f.analysis) return old.name === f.name;
    if (!old || old.name !== f.name || publishedFields(old).join() !== publishedFields(f).join())
      return false;
    const matters = (name: string): boolean => items(name).length > 0;
    return (
      [...f.analysis.named].every(c => old.analysis.named.has(c) || !matters(c)) &&
      [...old.analysis.named].every(c => f.analysis.named.has(c) || !matters(c))
    );
  });
}

/** Headers are asked for the functions and macros that the open files call, and those for what they call in turn. */
const ROUNDS = 2;

function relatedTo(
  scene: Scene,
  own: readonly FunctionFacts[],
): { related: readonly FunctionFacts[]; macros: ReadonlyMap<string, readonly Macro[]> } {
  const defined = new Set(own.map(f => f.name));
  const items = headerItems(scene);
  const related: FunctionFacts[] = [];
  const macros = new Map<string, Macro[]>();
  let wanted: ReadonlySet<string> = new Set([
    ...called(own, defined),
    // Who reads a pointer that is published here may be called from elsewhere only.
    ...readersOf(scene, own).filter(name => !defined.has(name)),
  ]);
  for (let round = 0; round < ROUNDS && wanted.size > 0; round++) {
    const fresh: FunctionFacts[] = [];
    for (const name of wanted)
      for (const { source, item } of items(name)) {
        if (item.kind === 'macro') {
          const macro = source.macro(item);
          if (macro) macros.set(name, [...(macros.get(name) ?? []), { macro, source, item }]);
        } else {
          const f = functionOf(source, item, scene.facts);
          if (f) fresh.push(f);
        }
      }
    related.push(...fresh);
    for (const name of wanted) defined.add(name);
    wanted = called(fresh, defined);
  }
  return { related, macros };
}

/** Fields (or globals) of the pointers that a function publishes. */
function publishedFields(f: FunctionFacts): readonly string[] {
  return pointersOf(f.analysis).flatMap(p =>
    p.kind === 'publish' && p.path ? [p.path.fields.at(-1) ?? p.path.root] : [],
  );
}

/** Paths of the scene that are not open. */
function headersOf({ scope, files }: Scene): readonly string[] {
  const open = new Set(files.map(f => f.path));
  return [...scope.sources, ...scope.headers].filter(p => !open.has(p));
}

/** Functions and macros of a name in headers, nearest first. */
function headerItems(scene: Scene): (name: string) => readonly Place[] {
  const open = new Set(scene.files.map(f => f.path));
  return name =>
    scene.tree
      .items(name, scene.scope)
      .filter(
        ({ source, item }) => (item.kind === 'function' || item.kind === 'macro') && !open.has(source.path),
      );
}

/** Header functions that touch a pointer which the files publish: who reads it may be called from elsewhere only. */
function readersOf(scene: Scene, own: readonly FunctionFacts[]): readonly string[] {
  const fields = new Set(own.flatMap(f => publishedFields(f)));
  if (fields.size === 0) return [];
  const sources = headersOf(scene).flatMap(path => scene.tree.file(path) ?? []);
  return [...fields].flatMap(field => sources.flatMap(source => functionsWith(field, source)));
}

/** Functions of a header by the field that they touch, for the fields asked about so far. */
const touching = notesOn<SourceFile, Map<string, readonly string[]>>('touching');

function functionsWith(field: string, source: SourceFile): readonly string[] {
  let known = touching.get(source);
  if (!known) touching.set(source, (known = new Map()));
  let names = known.get(field);
  if (!names) {
    const use = new RegExp(`\\b${field}\\b`);
    names = source.text.includes(field)
      ? source.items
          .filter(item => item.kind === 'function' && use.test(source.text.slice(item.start, item.end)))
          .map(item => item.name)
      : none;
    known.set(field, names);
  }
  return names;
}

const none: readonly string[] = [];

/** Names called that are not defined; of primitives only those that ask something (what they test is of interest). */
function called(functions: readonly FunctionFacts[], defined: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const f of functions)
    for (const name of f.analysis.named)
      if (!defined.has(name) && (primitive(name)?.role ?? 'query') === 'query') names.add(name);
  return names;
}

function namesOf(scene: Scene): { names: Names; siblings: (name: string) => readonly Enumerator[] } {
  const { constants, lists } = memoryOf(scene.tree);
  const asking = new Set<string>();
  // Within one scene nothing changes.
  const sure = new Map<string, Constant | undefined>();
  const find = (name: string): Meaning<Constant | undefined> => {
    const [d] = scene.tree.lookup(name, ['enumerator'], scene.scope, scene.config);
    if (d) {
      const list = enumeratorsAround(d.source.text, d.item.nameStart);
      lists.set(name, list);
      const e = list.find(x => x.name === name);
      const comment = d.source.commentAt(d.item);
      const common = {
        name,
        enum: enumTag(d.source, d.item.start),
        ...(comment && { comment }),
        span: { file: d.source.path, start: d.item.nameStart, end: d.item.nameStart + name.length },
      };
      if (e?.expression !== undefined) {
        const value = evaluate(e.expression, names);
        return {
          value: { ...common, expression: e.expression, ...(value !== undefined && { value }) },
          source: d.source,
        };
      }
      const base = e?.after?.name === undefined ? 0n : names.constant(e.after.name)?.value;
      const value = e?.after && base !== undefined ? base + BigInt(e.after.steps) : undefined;
      return { value: { ...common, ...(value !== undefined && { value }) }, source: d.source };
    }
    const [m] = scene.tree.lookup(name, ['macro'], scene.scope, scene.config);
    const macro = m?.macro;
    if (!m || !macro || macro.parameters || macro.body === '' || macro.body === name)
      return { value: undefined };
    const comment = m.source.commentAt(m.item);
    const value = evaluate(macro.body, names);
    return {
      value: {
        name,
        expression: macro.body,
        ...(value !== undefined && { value }),
        ...(comment && { comment }),
        span: { file: m.source.path, start: m.item.nameStart, end: m.item.nameStart + name.length },
      },
      source: m.source,
    };
  };
  const names: Names = {
    constant(name) {
      if (sure.has(name)) return sure.get(name);
      const old = constants.get(name);
      if (holds(scene, old, name)) {
        sure.set(name, old.value);
        return old.value;
      }
      // A macro that is defined by itself asks for its own value.
      if (asking.has(name)) return undefined;
      asking.add(name);
      const meaning = find(name);
      asking.delete(name);
      constants.set(name, meaning);
      sure.set(name, meaning.value);
      return meaning.value;
    },
  };
  return {
    names,
    siblings(name) {
      names.constant(name);
      // The memory of the tree may have been emptied since.
      if (!lists.has(name)) find(name);
      return lists.get(name) ?? [];
    },
  };
}

/** The tag of the enum around an offset. */
function enumTag(source: SourceFile, offset: number): string {
  return source.items.find(i => i.kind === 'enum' && i.start <= offset && offset < i.end)?.name ?? '';
}
