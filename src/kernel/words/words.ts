/**
 * State words: words that are changed bit by bit (bit operations, cmpxchg), with all accesses to them, and the bits by
 * name. Plain accesses with masks count for words that somebody also changes atomically; a word that has nothing but
 * plain masks is told apart.
 */
import { accessesOf, accessesThrough, type Access, type AccessKind, type BitCallees } from './accesses';
import { bitNumbered, bitsOfMask, type Bit, type Names } from './constants';
import type { Analysis, FunctionFacts } from '../functions';
import { givenConstants, hasStrong, mayMask } from './glance';
import { keyOfPath, sameKey, type Types } from '../places';

export interface WordAccess {
  readonly f: FunctionFacts;
  readonly access: Access;
  readonly bits: readonly Bit[];
}

export interface StateWord {
  /** `napi_struct.state`. */
  readonly key: string;
  /** In text order, file by file. */
  readonly accesses: readonly WordAccess[];
  /** All bits that an access names, by number, then by first use. */
  readonly bits: readonly Bit[];
  /** Somebody changes it by a bit operation or cmpxchg; else masks are all there is. */
  readonly strong: boolean;
}

/**
 * The state words of some functions, those with most accesses first: the strong ones, or (`plain`) those that have
 * nothing but masks.
 */
export function stateWords(
  functions: readonly FunctionFacts[],
  types: Types,
  names: Names,
  callees?: BitCallees,
  which: 'strong' | 'plain' = 'strong',
): readonly StateWord[] {
  const byKey = new Map<string, { f: FunctionFacts; access: Access }[]>();
  const take = (f: FunctionFacts): readonly Access[] =>
    callees ? accessesThrough(f.analysis, callees) : accessesOf(f.analysis);
  const concerned = which === 'strong' ? concernedBy(functions, take, callees) : functions;
  for (const f of concerned)
    for (const access of take(f)) {
      const key = keyOfPath(access.path, types);
      if (key === undefined) continue;
      const list = byKey.get(key);
      if (list) list.push({ f, access });
      else byKey.set(key, [{ f, access }]);
    }
  settleUnknown(byKey);
  const order = new Map(functions.map((f, i) => [f, i]));
  const masks = new Map<string, readonly Bit[]>();
  const words: StateWord[] = [];
  for (const [key, list] of byKey) {
    const strong = list.some(
      a => a.access.strong && byBit.has(a.access.kind) && a.access.bits.some(t => !t.variable),
    );
    if (strong !== (which === 'strong')) continue;
    // Whole values that are exchanged are no flags, whatever else happens; a byte of a buffer is no word.
    const exchanged = list.some(a => a.access.strong && a.access.kind === 'rmw');
    if (!strong && (exchanged || !maskedOnly(list.map(a => a.access)))) continue;
    const accesses = list
      .map(a => ({ ...a, bits: bitsOf(a.access, names, masks) }))
      .sort(
        (a, b) => (order.get(a.f) ?? 0) - (order.get(b.f) ?? 0) || a.access.node.start - b.access.node.start,
      );
    const bits: Bit[] = [];
    for (const bit of accesses.flatMap(a => a.bits)) if (!bits.some(b => b.name === bit.name)) bits.push(bit);
    if (!strong && !bits.some(b => b.number !== undefined)) continue;
    words.push({
      key,
      accesses,
      bits: bits.sort((a, b) => (a.number ?? 65536) - (b.number ?? 65536)),
      strong,
    });
  }
  return words.sort((a, b) => b.accesses.length - a.accesses.length || (a.key < b.key ? -1 : 1));
}

/**
 * The functions that have a say in strong words: those that call bit operations or what wraps them, and those whose texts
 * name a field that others have such words in.
 */
function concernedBy(
  functions: readonly FunctionFacts[],
  take: (f: FunctionFacts) => readonly Access[],
  callees: BitCallees | undefined,
): readonly FunctionFacts[] {
  const direct = new Set<FunctionFacts>();
  const fields = new Set<string>();
  for (const f of functions) {
    if (!isDirect(f.analysis, callees)) continue;
    direct.add(f);
    for (const { strong, path } of take(f)) if (strong) fields.add(path.fields.at(-1) ?? path.root);
  }
  if (fields.size === 0) return [];
  const naming = new RegExp(`(?<![\\w$])(?:${[...fields].map(escaped).join('|')})(?![\\w$])`);
  return functions.filter(f => direct.has(f) || names(f.analysis, naming));
}

/** The function calls bit operations or what wraps them. */
export function isDirect(a: Analysis, callees: BitCallees | undefined): boolean {
  return (
    hasStrong(a) || (callees !== undefined && givenConstants(a).some(name => callees.signature(name) !== ''))
  );
}

function names(a: Analysis, pattern: RegExp): boolean {
  if (!mayMask(a)) return false;
  let last = lastNamed.get(a);
  const { source } = pattern;
  if (last?.source !== source) lastNamed.set(a, (last = { source, is: pattern.test(a.text) }));
  return last.is;
}

/** What a text was asked for last: the same from one edit to the next. */
const lastNamed = new WeakMap<Analysis, { readonly source: string; readonly is: boolean }>();

function escaped(name: string): string {
  return name.replace(/\W/g, '\\$&');
}

/** What is done to single bits. */
const byBit: ReadonlySet<AccessKind> = new Set<AccessKind>(['set', 'clear', 'change', 'test', 'wait']);

type Found = { readonly f: FunctionFacts; readonly access: Access };

/**
 * Accesses through structs that are not known belong to the only word of that field with bits like theirs. Those that
 * remain are kept apart by what the struct is called where it is used: `?mm.flags` and `?signal.flags`.
 */
function settleUnknown(byKey: Map<string, Found[]>): void {
  const byField = new Map<string, string[]>();
  for (const key of byKey.keys()) {
    const field = key.slice(key.indexOf('.') + 1);
    if (!key.startsWith('.')) byField.set(field, [...(byField.get(field) ?? []), key]);
  }
  for (const [key, list] of [...byKey]) {
    if (!key.startsWith('.')) continue;
    byKey.delete(key);
    const alike = (byField.get(key.slice(1)) ?? []).filter(k => sameKey(k, key));
    const only = alike.length === 1 ? byKey.get(alike[0] ?? '') : undefined;
    const known = only && new Set(only.flatMap(stemsOf));
    const owners = new Set(list.map(ownerOf));
    for (const found of list) {
      const stems = stemsOf(found);
      if (only && known && (stems.length === 0 || stems.some(s => known.has(s)))) {
        only.push(found);
        continue;
      }
      const own = owners.size === 1 ? key : `?${ownerOf(found)}${key}`;
      const mine = byKey.get(own);
      if (mine) mine.push(found);
      else byKey.set(own, [found]);
    }
  }
}

/** What names of bits begin with: `NAPI_STATE` and `NAPIF_STATE` alike are `NAPI`. */
function stemsOf({ access }: Found): readonly string[] {
  return access.bits.flatMap(t => (t.variable ? [] : [/^_*([A-Za-z0-9]{2,4})/.exec(t.text)?.[1] ?? t.text]));
}

/** `mm` of `current->mm->flags`. */
function ownerOf({ access }: Found): string {
  const { fields, root } = access.path;
  return fields.at(-2) ?? /^\w+/.exec(root)?.[0] ?? '';
}

/** Somebody sets or clears bits by name in it, and there is more than that one place. */
function maskedOnly(accesses: readonly Access[]): boolean {
  const changed = accesses.some(
    a =>
      (a.kind === 'set' || a.kind === 'clear') &&
      !a.maybe &&
      !a.word.endsWith(']') &&
      a.bits.some(t => !t.variable && isConstant(t.text)),
  );
  return changed && accesses.length > 1;
}

function isConstant(text: string): boolean {
  return /[A-Z]/.test(text) && /^[A-Z_a-z][\w]*$/.test(text);
}

/** The bits an access is about; `known` remembers what masks stand for. */
export function bitsOf(
  access: Access,
  names: Names,
  known = new Map<string, readonly Bit[]>(),
): readonly Bit[] {
  const bits: Bit[] = [];
  for (const t of access.bits) {
    if (t.variable) continue;
    const key = `${t.kind} ${t.text}`;
    let mine = known.get(key);
    if (!mine)
      known.set(key, (mine = t.kind === 'bit' ? [bitNumbered(t.text, names)] : bitsOfMask(t.text, names)));
    for (const b of mine) if (!bits.some(x => x.name === b.name)) bits.push(b);
  }
  return bits;
}
