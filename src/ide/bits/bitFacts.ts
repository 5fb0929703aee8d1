/**
 * All there is to say about one bit of a state word: its number, its word and enum, what its comments say, and every
 * place in the tree that sets, clears, tests or waits for it, under its own name, under its masks' names, and through
 * functions and macros that take a bit. What `racelens facts --bit NAME` prints and "Find All Sites of This Bit" shows.
 *
 * A name is looked for in the whole tree through the corpus; each function that has it is parsed once. Names in text
 * that no rule explains are listed apart (`others`), so that the sum is what a search by hand finds.
 */
import { neverCancelled, type CancelToken } from '../../base/cancel';
import { bitsOfMask, bitNumbers, type Constant } from '../../kernel/words/constants';
import type { Item, SourceFile } from '../../syntax/source';
import {
  constantOf,
  numberDefinitions,
  standIns,
  treeNames,
  type NameDefinition,
  type StandIns,
} from './bitNames';
import { placeAt, searched, type BitSite, type OtherMention, type Place, type Search } from './bitSearch';
import { knowledge } from '../knowledge';
import { nearNames } from './nearNames';
import { ownershipIn, type Quote } from '../hover/ownership';
import { pastedFunctions, type Pasted } from './pasted';
import type { Scene } from '../scene';

export interface BitFacts {
  /** The name of the bit (asked for by its mask: the name of the number, if there is one). */
  readonly bit: string;
  readonly number?: number;
  /** The words it is a bit of, most sites first. */
  readonly words: readonly string[];
  /** Tag of its enum; '' if that has none; absent for a macro. */
  readonly enum?: string;
  readonly meaning?: string;
  readonly definition?: Place;
  /** What comments say about who may change it. */
  readonly owner: readonly Quote[];
  /** Other names that stand for it. */
  readonly masks: readonly (Place & { readonly name: string; readonly kind: 'bit' | 'mask' | 'composite' })[];
  /** By file, then line. */
  readonly sites: readonly BitSite[];
  /** Where it is named and nothing, or nothing that is known, happens to it. */
  readonly others: readonly OtherMention[];
  /** False: sites may be missing, `problems` says why. */
  readonly complete: boolean;
  readonly problems: readonly string[];
}

export function bitFacts(scene: Scene, name: string, cancel: CancelToken = neverCancelled): BitFacts {
  const asked = name.trim();
  if (!/^[A-Za-z_]\w*$/.test(asked)) return nothing(asked, `"${asked}" is no name of a bit`);
  const names = treeNames(scene);
  const root = rootOf(scene, asked);
  const definitions = numberDefinitions(scene, root);
  const [first] = definitions;
  if (!first) {
    const near = nearNames(scene, asked);
    const hint = near.length > 0 ? `; near it are ${near.join(', ')}` : '';
    return nothing(asked, `No enumerator or macro ${asked} is defined in this tree${hint}`);
  }
  const constant = constantOf(first, names);
  const pasted = pastedFunctions(scene, root, cancel);
  const stand = withPasted(standIns(scene, root, cancel), pasted);
  const search: Search = {
    scene,
    names: new Set([root, ...stand.names.map(s => s.name)]),
    numbers: isNumber(constant, stand)
      ? new Set([root, ...stand.names.filter(s => s.kind === 'bit').map(s => s.name)])
      : new Set(),
    stand,
    pasted,
    accept: meaningOf(scene, root, definitions),
    cancel,
  };
  const { uses, others, comments } = searched(search);
  const problems = problemsOf(scene, definitions, constant, stand, cancel);
  const words = new Map<string, number>();
  for (const s of uses)
    if (s.word !== '' && !s.word.startsWith('?')) words.set(s.word, (words.get(s.word) ?? 0) + 1);
  const number = numberOf(root, constant, uses);
  return {
    bit: root,
    ...(number !== undefined && { number }),
    words: [...words].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([w]) => w),
    ...(constant.enum !== undefined && { enum: constant.enum }),
    ...meaning(first, constant),
    definition: placeAt(first.source, first.item.nameStart),
    owner: ownershipIn(first, comments, root),
    masks: stand.names.map(s => ({
      ...placeAt(s.definition.source, s.definition.item.nameStart),
      name: s.name,
      kind: s.kind,
    })),
    sites: uses,
    others,
    complete: scene.corpus.complete() && !cancel.cancelled,
    problems,
  };
}

/** Calls of functions that macros make are calls that do something to the bit. */
function withPasted(stand: StandIns, pasted: readonly Pasted[]): StandIns {
  if (pasted.length === 0) return stand;
  const macros = new Map(stand.macros);
  for (const { name, use } of pasted) macros.set(name, [use]);
  return { ...stand, macros };
}

/** The bit or mask that is named at an offset, with the words of the open files that it is a bit of. */
export function bitAt(
  scene: Scene,
  file: SourceFile,
  offset: number,
): { readonly name: string; readonly words: readonly string[] } | undefined {
  const name = wordAt(file.text, offset);
  if (name === undefined || !/^[A-Za-z_]*[A-Z]\w*$/.test(name)) return undefined;
  const k = knowledge(scene);
  const words = [...k.words, ...k.plainWords].filter(w => w.bits.some(b => b.name === name));
  if (words.length > 0) return { name, words: words.map(w => w.key) };
  const constant = k.names.constant(name);
  if (!constant) return undefined;
  const bits = bitsOfMask(name, k.names);
  const mine = [...k.words, ...k.plainWords].filter(w => w.bits.some(b => bits.some(x => x.name === b.name)));
  return mine.length > 0 || constant.value !== undefined ? { name, words: mine.map(w => w.key) } : undefined;
}

function wordAt(text: string, offset: number): string | undefined {
  let start = offset;
  while (start > 0 && /\w/.test(text[start - 1] ?? '')) start--;
  return /^[A-Za-z_]\w*/.exec(text.slice(start, start + 128))?.[0];
}

function nothing(bit: string, problem: string): BitFacts {
  return { bit, words: [], owner: [], masks: [], sites: [], others: [], complete: true, problems: [problem] };
}

/** Asked for a mask of one bit, the bit is meant. */
function rootOf(scene: Scene, name: string): string {
  const names = treeNames(scene);
  const expression = names.constant(name)?.expression;
  if (expression === undefined) return name;
  const bits = bitsOfMask(name, names);
  const [only] = bits;
  return bits.length === 1 && only && /^[A-Za-z_]\w*$/.test(only.name) && names.constant(only.name)
    ? only.name
    : name;
}

/** A name whose value is a mask of one bit is that bit; else its value is the number. */
function numberOf(name: string, constant: Constant, sites: readonly BitSite[]): number | undefined {
  const { value, expression } = constant;
  if (value === undefined) return undefined;
  const shifted = expression !== undefined && /<<|\bBIT|0[xX]/.test(expression);
  const own = sites.filter(s => s.name === name);
  const byNumber = own.some(s => /bit/.test(s.operation));
  const numbers = bitNumbers(value);
  const mask = !byNumber && (shifted || own.some(s => s.operation === 'plain'));
  if (!mask) return value >= 0n && value < 65536n ? Number(value) : undefined;
  return numbers.length === 1 ? numbers[0] : undefined;
}

/** Without a value of its own, 0, or with a mask made of it by shifting: the number of a bit. */
function isNumber(constant: Constant, stand: StandIns): boolean {
  if (stand.names.some(s => s.kind === 'mask')) return true;
  return constant.enum !== undefined && (constant.expression === undefined || constant.value === 0n);
}

function meaning({ source, item }: NameDefinition, constant: Constant): { meaning?: string } {
  // Kernel-doc above the enum: `@NAME: what it means`.
  const around = source.items.find(i => i.kind === 'enum' && i.start <= item.start && item.start < i.end);
  const doc = around && source.commentAt(around);
  const own = doc && new RegExp(`@${item.name}\\b\\s*[:-]\\s*([^@]+)`).exec(doc)?.[1];
  if (own) return { meaning: own.trim().replace(/\s+/g, ' ') };
  if (!constant.comment || isHeading(source, item)) return {};
  return { meaning: constant.comment };
}

/** The comment above an item is about the whole group: more of its kind follow directly, and nothing is said beside it. */
function isHeading({ text }: SourceFile, item: Item): boolean {
  const end = text.indexOf('\n', item.nameStart);
  if (end < 0) return false;
  const line = text.slice(item.nameStart, end);
  if (line.includes('/*') || line.includes('//')) return false;
  return /^\s*(#\s*define\s+[A-Z_]\w*\s|[A-Z_][A-Z0-9_]*\s*(,|=|$))/.test(text.slice(end + 1, end + 120));
}

/** Which files mean this definition when they write the name. */
function meaningOf(
  scene: Scene,
  root: string,
  definitions: readonly NameDefinition[],
): (path: string) => boolean {
  const kinds = ['enumerator', 'macro'] as const;
  // Variants for each architecture, or for user space, are one name.
  const isVariant = (path: string): boolean => /(^|\/)(include|arch)\/.*\.h$/.test(path);
  const [first] = definitions;
  const from = scene.files[0]?.path;
  // Asked from nowhere, or from a file that does not know it: all that have the name.
  const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
  if (!first || from === undefined) return () => true;
  if (!isVariant(first.source.path) && !first.source.path.startsWith(folder(from))) return () => true;
  const home = new Set(
    definitions
      .map(d => d.source.path)
      .filter((p, i) => i === 0 || (isVariant(p) && isVariant(first.source.path))),
  );
  const all = scene.corpus.definitions(root, kinds).map(d => d.source.path);
  if (all.every(p => home.has(p) || (isVariant(p) && [...home].every(isVariant)))) return () => true;
  const known = new Map<string, boolean>();
  return path => {
    let mine = known.get(path);
    if (mine === undefined) {
      const [nearest] = scene.corpus.definitions(root, kinds, path);
      mine = home.has(path) || !nearest || home.has(nearest.source.path);
      known.set(path, mine);
    }
    return mine;
  };
}

function problemsOf(
  scene: Scene,
  definitions: readonly NameDefinition[],
  constant: Constant,
  stand: StandIns,
  cancel: CancelToken,
): readonly string[] {
  const problems: string[] = [];
  const paths = [...new Set(definitions.map(d => d.source.path))];
  if (paths.length > 1)
    problems.push(
      `${constant.name} is defined in ${paths.length} files; number and meaning are those of ${paths[0] ?? ''} (also ${paths.slice(1, 4).join(', ')}${paths.length > 4 ? ' …' : ''})`,
    );
  const named = [...paths, ...stand.names.map(n => n.definition.source.path)];
  if (scene.tree.root !== undefined && named.some(p => p.startsWith(`${scene.tree.root ?? ''}/arch/`)))
    problems.push('Of arch/ only x86 is searched: sites in other architectures are not listed');
  if (cancel.cancelled) problems.push('The search was cancelled');
  else if (!scene.corpus.complete())
    problems.push('The index of the tree is not complete yet: sites may be missing');
  return problems;
}

export type { BitSite, OtherMention, Place } from './bitSearch';
