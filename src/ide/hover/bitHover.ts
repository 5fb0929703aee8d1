/**
 * Hover of a bit or mask: what it means, who may change it as far as comments say, how often it is set, cleared, tested
 * and waited for, and by whom. Of the whole tree if that is at hand, else of the open files, and it says which.
 */
import type { SourceFile } from '../../syntax/source';
import type { AccessKind } from '../../kernel/words/accesses';
import { bitsOfMask, type Bit } from '../../kernel/words/constants';
import { spanOf, type FunctionFacts } from '../../kernel/functions';
import type { Ordering } from '../../kernel/primitives';
import { bitsOf, type StateWord, type WordAccess } from '../../kernel/words/words';
import type { Span } from '../../base/span';
import { bitFacts, type BitFacts } from '../bits/bitFacts';
import { quoted, type Token } from './hoverToken';
import type { Knowledge } from '../knowledge';
import { stillSet } from './leftSet';
import type { LinkTo, Scene } from '../scene';
import { accessWords, orderingWords } from '../words';

/** Makes the target of a link that runs “Find All Sites of This Bit”. */
export type CommandTo = (bit: string) => string;

export interface BitHoverInput {
  readonly scene: Scene;
  readonly knowledge: Knowledge;
  readonly file: SourceFile;
  readonly f: FunctionFacts | undefined;
  readonly token: Token;
  readonly link: LinkTo;
  readonly command?: CommandTo;
}

export function bitText(input: BitHoverInput): string | undefined {
  const { knowledge: k, file, token } = input;
  const name = file.text.slice(token.start, token.end);
  if (!/[A-Z]/.test(name)) return undefined;
  const found = wordsOf(k, name);
  const first = found[0];
  if (!first) return undefined;
  const constant = k.names.constant(first.bits.length === 1 ? (first.bits[0]?.name ?? name) : name);
  const tree = treeFacts(input.scene, name);
  const title =
    first.bits.length === 1 && first.bits[0]?.number !== undefined
      ? `bit ${first.bits[0].number}`
      : first.bits.length > 1
        ? first.bits.map(b => `\`${b.name}\``).join(' | ')
        : 'a bit whose number is not known';
  const parts = [
    `**\`${name}\`** — ${title} of ${found.map(w => `\`${w.word.key}\``).join(', ')}`,
    ...[tree?.meaning ?? constant?.comment ?? k.names.constant(name)?.comment].flatMap(c =>
      c ? [quoted(c)] : [],
    ),
    ...ownerText(tree, input),
    ...(tree
      ? [usesText(tree.sites.map(siteUse), input, placesText(tree, input))]
      : found.map(({ word, bits }) =>
          usesText(
            openUses(word, bits),
            input,
            placesText(undefined, input),
            found.length > 1 ? word.key : undefined,
          ),
        )),
    ...hereParts(input),
    input.command ? `[Find All Sites of This Bit](${input.command(tree?.bit ?? name)})` : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Facts of the whole tree, if they are to be had without a search that takes long. */
function treeFacts(scene: Scene, name: string): BitFacts | undefined {
  if (!scene.corpus.complete()) return undefined;
  const files = new Set<string>();
  for (const m of scene.corpus.mentions(name, scene.files[0]?.path)) {
    files.add(m.source.path);
    if (files.size > MOST_FILES) return undefined;
  }
  const facts = bitFacts(scene, name);
  return facts.complete && facts.sites.length > 0 ? facts : undefined;
}

/** A name in more files is not looked up for a hover. */
const MOST_FILES = 40;
/** Longer lists are cut: a hover is no report. */
const MOST_FUNCTIONS = 6;
const MOST_QUOTES = 2;

function wordsOf(k: Knowledge, name: string): readonly { word: StateWord; bits: readonly Bit[] }[] {
  const all = (words: readonly StateWord[]): readonly { word: StateWord; bits: readonly Bit[] }[] => {
    const direct = words.filter(w => w.bits.some(b => b.name === name));
    if (direct.length > 0)
      return direct.map(word => ({ word, bits: word.bits.filter(b => b.name === name) }));
    const bits = bitsOfMask(name, k.names);
    return words.flatMap(word => {
      const mine = bits.filter(b => word.bits.some(x => x.name === b.name));
      return mine.length > 0 ? [{ word, bits: mine }] : [];
    });
  };
  const strong = all(k.words);
  return strong.length > 0 ? strong : all(k.plainWords);
}

// --- who does what -----------------------------------------------------------------------------------------------

type Group = 'set' | 'clear' | 'change' | 'store' | 'test' | 'wait';

const groups: readonly (readonly [Group, title: string, count: string])[] = [
  ['set', 'Set', 'set'],
  ['clear', 'Cleared', 'cleared'],
  ['change', 'Changed', 'changed'],
  ['store', 'Stored', 'stored'],
  ['test', 'Tested', 'tested'],
  ['wait', 'Waited for', 'waited for'],
];

const groupOf: Readonly<Record<string, Group>> = {
  set: 'set',
  'test-and-set': 'set',
  clear: 'clear',
  'test-and-clear': 'clear',
  change: 'change',
  'test-and-change': 'change',
  store: 'store',
  init: 'store',
  rmw: 'change',
  test: 'test',
  read: 'test',
  wait: 'wait',
};

/** One use, of an open file or of the tree. */
interface Use {
  readonly group: Group;
  readonly function: string;
  readonly operation: string;
  readonly through?: string;
  readonly atomic: boolean;
  readonly ordering: Ordering;
  readonly until?: 'set' | 'clear';
  readonly maybe: boolean;
  readonly span: Span;
}

function siteUse(s: BitFacts['sites'][number]): Use {
  return { ...s, group: groupOf[s.kind] ?? 'test', maybe: s.maybe ?? false };
}

function openUses(word: StateWord, bits: readonly Bit[]): readonly Use[] {
  return word.accesses.filter(a => a.bits.some(b => bits.some(x => x.name === b.name))).map(openUse);
}

/** Accesses by function, as links. */
export function accessList(list: readonly WordAccess[], link: LinkTo): string {
  return byFunction(list.map(openUse), link);
}

function openUse(a: WordAccess): Use {
  return {
    ...a.access,
    group: groupOf[a.access.kind] ?? 'test',
    function: a.f.name,
    operation: a.access.via,
    span: spanOf(a.f, a.access.node),
  };
}

function usesText(uses: readonly Use[], { link }: BitHoverInput, where: string, word?: string): string {
  const counts = groups.flatMap(([group, , count]) => {
    const n = uses.filter(u => u.group === group).length;
    return n === 0 ? [] : [`${count} ${n}×`];
  });
  const lines = groups.flatMap(([group, title]) => {
    const list = uses.filter(u => u.group === group);
    return list.length === 0 ? [] : [`- ${title} by ${byFunction(list, link)}`];
  });
  const racy = uses.filter(
    u => u.group !== 'test' && u.group !== 'wait' && !u.atomic && u.ordering === 'plain',
  ).length;
  const summary = [
    `${word === undefined ? '' : `\`${word}\`: `}${counts.join(', ')} ${where}`,
    racy > 0 ? `${racy} of the changes ${racy === 1 ? 'is' : 'are'} **not atomic**` : '',
  ]
    .filter(Boolean)
    .join('; ');
  return `${capital(summary)}\n\n${lines.join('\n')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `[f](…) set_bit, cmpxchg; [g](…) …`: each operation is a link to its line. */
function byFunction(list: readonly Use[], link: LinkTo): string {
  const functions = new Map<string, Use[]>();
  for (const u of list) {
    const key = `${u.span.file} ${u.function}`;
    const known = functions.get(key);
    if (known) known.push(u);
    else functions.set(key, [u]);
  }
  const texts = [...functions.values()].map(uses => {
    const [first, ...rest] = uses.filter((u, i) => uses.findIndex(x => x.span.start === u.span.start) === i);
    if (!first) return '';
    const ways = [...new Set(uses.map(wayText))].join(', ');
    const more = rest.map((u, i) => `[${i + 2}](${link(u.span)})`).join(' ');
    const name = first.function === '' ? 'an initialiser' : `\`${first.function}()\``;
    return `[${name}](${link(first.span)})${more && ` ${more}`} (${ways})`;
  });
  const shown = texts.slice(0, MOST_FUNCTIONS);
  const rest = texts.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` … and ${rest} more` : '');
}

/** Orderings that need no word of their own in a list. */
const unsaid = new Set<Ordering>(['none', 'plain', 'relaxed']);

function wayText(u: Use): string {
  const how = u.operation === 'plain' ? 'plain' : `\`${u.operation}\``;
  return [
    u.through === undefined ? how : `\`${u.through}\``,
    unsaid.has(u.ordering) ? '' : u.ordering.replace('-on-success', ' if it succeeds').replaceAll('-', ' '),
    u.maybe ? 'on some paths' : '',
    u.until ? `until ${u.until}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function ownerText(tree: BitFacts | undefined, { link }: BitHoverInput): readonly string[] {
  return (tree?.owner ?? [])
    .filter(q => !tree?.meaning?.includes(q.text))
    .slice(0, MOST_QUOTES)
    .map(q => `${quoted(`“${q.text}”`)} — [${nameOf(q.file)}:${q.line}](${link(q.span)})`);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What the counts are about. */
function placesText(tree: BitFacts | undefined, { scene }: BitHoverInput): string {
  if (tree) {
    const files = new Set(tree.sites.map(s => s.file)).size;
    return `in ${files} ${files === 1 ? 'file' : 'files'} of the tree`;
  }
  return scene.corpus.complete()
    ? 'in the open files (the tree has more)'
    : 'in the open files (the index of the tree is being made)';
}

// --- what happens here -------------------------------------------------------------------------------------------

function hereParts(input: BitHoverInput): readonly string[] {
  const { knowledge: k, f, file, token } = input;
  const here = f && accessesAt(k, file, token);
  if (!f || !here) return [];
  return [hereText(here), ...leftText(k, f, here, input)].filter(Boolean);
}

/** The accesses whose operation contains the token; the innermost. */
export function accessesAt(k: Knowledge, file: SourceFile, token: Token): readonly WordAccess[] | undefined {
  let best: WordAccess[] = [];
  let size = Infinity;
  for (const w of [...k.words, ...k.plainWords])
    for (const a of w.accesses) {
      if (a.f.file !== file.path) continue;
      const span = spanOf(a.f, a.access.node);
      if (span.start > token.start || span.end < token.end) continue;
      const length = span.end - span.start;
      if (length > size) continue;
      if (length < size) best = [];
      size = length;
      best.push(a);
    }
  return best.length > 0 ? best : undefined;
}

/** `brief`: the operation itself has been described. */
export function hereText(list: readonly WordAccess[], brief = false): string {
  const [first] = list;
  if (!first) return '';
  const { access } = first;
  const words: Readonly<Record<AccessKind, string>> = accessWords;
  const done = list
    .map(a => `${a.access.maybe ? 'may be ' : ''}${words[a.access.kind]}`)
    .filter((x, i, all) => all.indexOf(x) === i)
    .join(', ');
  const names = [...new Set(list.flatMap(a => a.bits.map(b => `\`${b.name}\``)))].join(', ');
  if (brief) return `Here ${names || 'the word'} ${done}: \`${access.word}\`.`;
  const how =
    access.through !== undefined
      ? `\`${access.through}()\`, which does \`${access.via}\``
      : access.via === 'plain'
        ? 'a plain access'
        : `\`${access.via}()\``;
  const atomic =
    access.via === 'plain'
      ? ''
      : access.atomic
        ? 'one step towards other CPUs'
        : '**not atomic**: two updates at once may lose one';
  return `Here ${done} by ${how}: ${[atomic, orderingWords[access.ordering]].filter(Boolean).join('; ')}.`;
}

/** For a bit that the function sets and clears: the returns at which it may still be set. */
function leftText(
  k: Knowledge,
  f: FunctionFacts,
  here: readonly WordAccess[],
  { link }: BitHoverInput,
): readonly string[] {
  const set = here.find(a => a.access.kind === 'set');
  if (!set) return [];
  const mine = [...k.words, ...k.plainWords].flatMap(w => w.accesses.filter(a => a.f === f));
  const left = stillSet(f, set, mine, a => bitsOf(a, k.names));
  if (left === 'never cleared') return [];
  if (left.length === 0) return ['Cleared again before every return.'];
  const lines = left.map(n => `[line ${k.lineOf(f.file, n.start + f.shift)}](${link(spanOf(f, n))})`);
  return [`Set here and still set at ${lines.slice(0, 4).join(', ')}${lines.length > 4 ? ' …' : ''}.`];
}
