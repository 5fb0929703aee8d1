/**
 * What the name of a bit stands for anywhere in the tree, and which other names stand for it: its mask
 * (`#define FLAG_X BIT(X)`), masks with other bits in them, and macros that do something to it when they are called.
 * Names are followed from the corpus, so that private headers and `.c` files count.
 */
import type { CancelToken } from '../../base/cancel';
import { operationsInBody, callsIn } from '../../kernel/words/bitWrappers';
import type { MacroUse } from '../../kernel/words/bitUses';
import { evaluate, type Constant, type Names } from '../../kernel/words/constants';
import { enumeratorsAround } from '../../kernel/words/enums';
import type { Item, SourceFile } from '../../syntax/source';
import type { Scene } from '../scene';

/** A place where a name is defined as a number. */
export interface NameDefinition {
  readonly source: SourceFile;
  readonly item: Item;
}

/** Enumerators and object-like macros of that name, nearest to the open files first. */
export function numberDefinitions(scene: Scene, name: string): readonly NameDefinition[] {
  const from = scene.files[0]?.path;
  const kinds = ['enumerator', 'macro'] as const;
  const found: NameDefinition[] = [
    ...scene.corpus.definitions(name, kinds, from).filter(d => isNumber(d.source, d.item)),
  ];
  if (found.length > 0) return found;
  // A source file's own, or one that is not to be seen from the open file.
  const seen = new Set<SourceFile>();
  for (const m of scene.corpus.mentions(name, from)) {
    if (seen.has(m.source)) continue;
    seen.add(m.source);
    for (const item of m.source.items)
      if (item.name === name && isNumber(m.source, item)) found.push({ source: m.source, item });
  }
  if (found.length > 0) return found;
  for (const d of scene.tree.lookup(name, ['enumerator', 'macro'], scene.scope, scene.config))
    if (!found.some(f => f.source === d.source && f.item === d.item) && isNumber(d.source, d.item))
      found.push({ source: d.source, item: d.item });
  return found;
}

function isNumber(source: SourceFile, item: Item): boolean {
  if (item.kind === 'enumerator') return true;
  if (item.kind !== 'macro') return false;
  const macro = source.macro(item);
  return macro !== undefined && !macro.parameters && macro.body !== '' && macro.body !== item.name;
}

/** What a definition says. */
export function constantOf({ source, item }: NameDefinition, names: Names): Constant {
  const comment = source.commentAt(item);
  const common = {
    name: item.name,
    ...(comment && { comment }),
    span: { file: source.path, start: item.nameStart, end: item.nameStart + item.name.length },
  };
  if (item.kind === 'macro') {
    const expression = source.macro(item)?.body ?? '';
    const value = evaluate(expression, names);
    return { ...common, expression, ...(value !== undefined && { value }) };
  }
  const tag =
    source.items.find(i => i.kind === 'enum' && i.start <= item.start && item.start < i.end)?.name ?? '';
  const list = enumeratorsAround(source.text, item.nameStart);
  const local: Names = {
    constant(name) {
      const e = list.find(x => x.name === name);
      if (!e) return names.constant(name);
      const value = valueIn(e);
      return value === undefined ? undefined : { name, value };
    },
  };
  const valueIn = (e: (typeof list)[number]): bigint | undefined => {
    if (e.expression !== undefined)
      return e.expression.includes(e.name) ? undefined : evaluate(e.expression, local);
    const base = e.after?.name === undefined ? 0n : local.constant(e.after.name)?.value;
    return e.after && base !== undefined ? base + BigInt(e.after.steps) : undefined;
  };
  const mine = list.find(e => e.name === item.name);
  const value = mine && valueIn(mine);
  return {
    ...common,
    enum: tag,
    ...(mine?.expression !== undefined && { expression: mine.expression }),
    ...(value !== undefined && { value }),
  };
}

/** Names looked up in the whole tree, each once. */
export function treeNames(scene: Scene): Names {
  const known = new Map<string, Constant | undefined>();
  const names: Names = {
    constant(name) {
      if (known.has(name)) return known.get(name);
      known.set(name, undefined);
      const [first] = numberDefinitions(scene, name);
      const constant = first && constantOf(first, names);
      known.set(name, constant);
      return constant;
    },
  };
  return names;
}

/** A name that stands for the bit. */
export interface StandIn {
  readonly name: string;
  /** `bit`: another name of the number; `mask`: this bit alone; `composite`: with other bits. */
  readonly kind: 'bit' | 'mask' | 'composite';
  readonly definition: NameDefinition;
  /** As written. */
  readonly expression: string;
}

export interface StandIns {
  readonly names: readonly StandIn[];
  /** Function-like macros that do something to the bit wherever they are called. */
  readonly macros: ReadonlyMap<string, readonly MacroUse[]>;
  readonly macroSites: readonly {
    readonly name: string;
    readonly definition: NameDefinition;
    readonly use: MacroUse;
  }[];
}

/** More names than these are not followed. */
const MOST = 48;

/** Counts and limits that end an enum are no bits. */
const limit = /(_|^)(MAX|LAST|NUM|COUNT|NR|NBITS|SHIFT|OFFSET)$|^NR_|^NUM_|^__NUM_|_NUM_|__LAST|_LAST_|_MAX_/;

/** Masks and macros made of a name, directly or through one another. */
export function standIns(scene: Scene, root: string, cancel?: CancelToken): StandIns {
  const names = new Map<string, StandIn>();
  const macros = new Map<string, MacroUse[]>();
  const macroSites: { name: string; definition: NameDefinition; use: MacroUse }[] = [];
  const todo: { name: string; kind: StandIn['kind'] | 'root' }[] = [{ name: root, kind: 'root' }];
  for (let next = todo.shift(); next && names.size < MOST; next = todo.shift()) {
    const { name, kind } = next;
    const word = new RegExp(`\\b${name}\\b`);
    const home = names.get(name)?.definition.source.path;
    const within = home?.endsWith('.c') ? home : undefined;
    for (const m of scene.corpus.mentions(name, scene.files[0]?.path, within)) {
      if (cancel?.cancelled) break;
      if (m.kind !== 'outer') continue;
      for (const { item, expression } of defining(m.source, m.item, word)) {
        if (item.name === root || names.has(item.name) || limit.test(item.name)) continue;
        const definition = { source: m.source, item };
        const parameters = item.kind === 'macro' ? m.source.macro(item)?.parameters : undefined;
        if (parameters) {
          if (macros.has(item.name)) continue;
          const uses = operationsInBody(expression, name, parameters);
          if (uses.length === 0) continue;
          macros.set(item.name, [...uses]);
          for (const use of uses) macroSites.push({ name: item.name, definition, use });
          continue;
        }
        const stands = standsFor(expression, name);
        if (!stands) continue;
        const own =
          kind === 'composite' || stands === 'composite'
            ? 'composite'
            : stands === 'bit' && kind !== 'root'
              ? kind
              : stands;
        names.set(item.name, { name: item.name, kind: own, definition, expression });
        todo.push({ name: item.name, kind: own });
      }
    }
  }
  return { names: [...names.values()], macros, macroSites };
}

/** A name for how many there are, or where they end: no bit. */
export function isLimit(name: string): boolean {
  return limit.test(name);
}

/** Macros and enumerators whose value is written with a name. */
function* defining(
  source: SourceFile,
  item: Item,
  word: RegExp,
): Iterable<{ readonly item: Item; readonly expression: string }> {
  if (item.kind === 'macro') {
    const body = source.macro(item)?.body ?? '';
    if (body !== item.name && word.test(body)) yield { item, expression: body };
    return;
  }
  // Generated enums have thousands of enumerators: one reading for all of an enum.
  let list: ReadonlyMap<string, string | undefined> | undefined;
  for (const e of source.items) {
    if (e.kind !== 'enumerator' || e.start < item.start || e.start >= item.end) continue;
    if (!list?.has(e.name))
      list = new Map(enumeratorsAround(source.text, e.nameStart).map(x => [x.name, x.expression]));
    const expression = list.get(e.name);
    if (expression !== undefined && word.test(expression)) yield { item: e, expression };
  }
}

/** `BIT(X)` is the mask of X, `X` is X, `A | BIT(X)` has it among others; anything else is no mask. */
function standsFor(expression: string, name: string): StandIn['kind'] | undefined {
  const casts = expression.replace(/\(\s*(?:__force|unsigned|long|int|u\d+|__u\d+|\w+_t|\s)+\s*\)/g, '');
  const flat = casts.replace(/\s+/g, '');
  const bare = flat.replace(/[()]/g, '');
  if (bare === name) return 'bit';
  if (new RegExp(`^(_?BIT(_ULL|UL|ULL)?|1[uUlL]*<<|UL1<<|_UL1<<|BIT_MASK)${name}$`).test(bare)) return 'mask';
  if (!/^[\w|+,()<>]*$/.test(flat) || !flat.includes('|')) return undefined;
  return callsIn(flat).every(c => /^_?BIT(_ULL|UL|ULL)?$/.test(c.name)) ? 'composite' : undefined;
}
