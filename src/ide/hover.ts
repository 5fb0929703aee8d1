/**
 * What to say about the thing under the pointer: a state bit, a constant used with a state word, a primitive, the
 * begin or end of a section, a call that may take no lock.
 */
import type { Span } from '../base/span';
import { child, walk, type Node } from '../syntax/node';
import type { SourceFile } from '../syntax/source';
import type { AccessKind } from '../kernel/accesses';
import { bitsOfMask, evaluate, type Bit } from '../kernel/constants';
import { balanceOf, stretchesOf } from '../kernel/extents';
import { bare, callee, operatorOf } from '../kernel/expression';
import { nameSpan, spanOf, type FunctionFacts } from '../kernel/functions';
import { keyOfPath, pathOf, sameKey } from '../kernel/places';
import { guardPrimitive, primitive } from '../kernel/primitives';
import { meanings } from '../kernel/sections';
import type { Wrapper } from '../kernel/survey';
import { mainGuard } from '../kernel/condlock';
import type { StateWord, WordAccess } from '../kernel/words';
import { decode, decoderOf } from './decode';
import { knowledge, type Knowledge } from './knowledge';
import type { LinkTo, Scene } from './scene';
import { accessWords, orderingWords, primitiveWords, sectionName, sectionWords } from './words';

export interface Hover {
  readonly span: Span;
  /** GitHub markdown without HTML; links were made by the given LinkTo. */
  readonly markdown: string;
}

export function hover(scene: Scene, file: SourceFile, offset: number, link: LinkTo): Hover | undefined {
  const token = tokenAt(file.text, offset);
  if (!token) return undefined;
  const k = knowledge(scene);
  const span = { file: file.path, start: token.start, end: token.end };
  const f = k.functions(file).find(x => x.item.start <= offset && offset < x.item.end);
  const word = file.text.slice(token.start, token.end);
  const markdown = /^\d/.test(word)
    ? constantText(k, file, f, token)
    : (bitText(k, file, f, word, token, link) ??
      (f && sectionText(k, f, token, link)) ??
      (f && fieldText(k, f, token, link)) ??
      (f ? callText(k, word, link) : undefined));
  if (markdown === undefined) return undefined;
  // On the name of an operation: what it does here.
  const here = primitive(word) ? accessAt(k, file, token) : undefined;
  return { span, markdown: here ? `${markdown}\n\n${hereText(here, true)}` : markdown };
}

interface Token {
  readonly start: number;
  readonly end: number;
}

/** The identifier or number at an offset; none inside a comment or string. */
function tokenAt(text: string, offset: number): Token | undefined {
  const word = /\w/;
  let start = offset;
  while (start > 0 && word.test(text[start - 1] ?? '')) start--;
  let end = offset;
  while (end < text.length && word.test(text[end] ?? '')) end++;
  return end > start ? { start, end } : undefined;
}

// --- a state bit -------------------------------------------------------------------------------------------------

/** The words that use a bit or mask of that name, with the bits it stands for. */
function bitText(
  k: Knowledge,
  file: SourceFile,
  f: FunctionFacts | undefined,
  name: string,
  token: Token,
  link: LinkTo,
): string | undefined {
  if (!/[A-Z]/.test(name)) return undefined;
  const found = wordsOf(k, name);
  const first = found[0];
  if (!first) return undefined;
  const parts: string[] = [];
  const constant = k.names.constant(first.bits.length === 1 ? (first.bits[0]?.name ?? name) : name);
  const title =
    first.bits.length === 1 && first.bits[0]?.number !== undefined
      ? `bit ${first.bits[0].number}`
      : first.bits.length > 1
        ? first.bits.map(b => `\`${b.name}\``).join(' | ')
        : 'a bit whose number is not known';
  parts.push(`**\`${name}\`** — ${title} of ${found.map(w => `\`${w.word.key}\``).join(', ')}`);
  const comment = constant?.comment ?? k.names.constant(name)?.comment;
  if (comment) parts.push(quoted(comment));
  for (const { word, bits } of found) parts.push(usesText(word, bits, found.length > 1, link));
  const here = accessAt(k, file, token);
  if (here && f) parts.push(hereText(here));
  return parts.filter(Boolean).join('\n\n');
}

function wordsOf(k: Knowledge, name: string): readonly { word: StateWord; bits: readonly Bit[] }[] {
  const direct = k.words.filter(w => w.bits.some(b => b.name === name));
  if (direct.length > 0) return direct.map(word => ({ word, bits: word.bits.filter(b => b.name === name) }));
  const bits = bitsOfMask(name, k.names);
  return k.words.flatMap(word => {
    const mine = bits.filter(b => word.bits.some(x => x.name === b.name));
    return mine.length > 0 ? [{ word, bits: mine }] : [];
  });
}

const groups: readonly (readonly [AccessKind, string])[] = [
  ['set', 'Set'],
  ['clear', 'Cleared'],
  ['change', 'Changed'],
  ['store', 'Stored'],
  ['test', 'Tested'],
  ['wait', 'Waited for'],
];

/** Longer lists are cut: a hover is no report. */
const MOST_LINKS = 12;

function usesText(word: StateWord, bits: readonly Bit[], named: boolean, link: LinkTo): string {
  const mine = word.accesses.filter(a => a.bits.some(b => bits.some(x => x.name === b.name)));
  const lines = groups.flatMap(([kind, title]) => {
    const list = mine.filter(a => a.access.kind === kind);
    return list.length === 0 ? [] : [`- ${title} by ${byFunction(list, link)}`];
  });
  if (!mine.some(a => a.access.kind === 'clear')) lines.push('- Cleared by nobody in the open files');
  return (named ? `\`${word.key}\`\n\n` : '') + lines.join('\n');
}

/** `[f](…) set_bit, cmpxchg; [g](…) …`: each operation is a link to its line. */
function byFunction(list: readonly WordAccess[], link: LinkTo): string {
  const functions = new Map<string, WordAccess[]>();
  for (const a of list) {
    const known = functions.get(a.f.name);
    if (known) known.push(a);
    else functions.set(a.f.name, [a]);
  }
  const texts = [...functions].map(([name, accesses]) => {
    const [only] = accesses;
    const first = only ? `[\`${name}()\`](${link(spanOf(only.f, only.access.node))})` : `\`${name}()\``;
    const ways = [...new Set(accesses.map(a => viaText(a)))].join(', ');
    const more = accesses
      .filter((a, i) => accesses.findIndex(b => b.access.node === a.access.node) === i)
      .slice(1)
      .map((a, i) => `[${i + 2}](${link(spanOf(a.f, a.access.node))})`)
      .join(' ');
    return `${first}${more && ` ${more}`} (${ways})`;
  });
  const shown = texts.slice(0, MOST_LINKS);
  return shown.join(', ') + (texts.length > shown.length ? ` and ${texts.length - shown.length} more` : '');
}

function viaText(a: WordAccess): string {
  const how = a.access.via === 'plain' ? 'plain' : `\`${a.access.via}\``;
  const until = a.access.until ? `until ${a.access.until}` : '';
  return [how, a.access.maybe ? 'on some paths' : '', until].filter(Boolean).join(', ');
}

/** The access whose operation contains the token; the innermost. */
function accessAt(k: Knowledge, file: SourceFile, token: Token): readonly WordAccess[] | undefined {
  let best: WordAccess[] = [];
  let size = Infinity;
  for (const w of k.words)
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
function hereText(list: readonly WordAccess[], brief = false): string {
  const [first] = list;
  if (!first) return '';
  const { access } = first;
  const done = list
    .map(a => `${a.access.maybe ? 'may be ' : ''}${accessWords[a.access.kind]}`)
    .filter((x, i, all) => all.indexOf(x) === i)
    .join(', ');
  const names = [...new Set(list.flatMap(a => a.bits.map(b => `\`${b.name}\``)))].join(', ');
  if (brief) return `Here ${names || 'the word'} ${done}: \`${access.word}\`.`;
  const how = access.via === 'plain' ? 'a plain access' : `\`${access.via}()\``;
  const atomic =
    access.via === 'plain'
      ? ''
      : access.atomic
        ? 'one step towards other CPUs'
        : '**not atomic**: two updates at once may lose one';
  return `Here ${done} by ${how}: ${[atomic, orderingWords[access.ordering]].filter(Boolean).join('; ')}.`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map(l => `> ${l.replace(/([*_`[\]<])/g, '\\$1')}`)
    .join('\n');
}

// --- a constant --------------------------------------------------------------------------------------------------

/** A number that stands in an expression with a state word: its bits by name. */
function constantText(
  k: Knowledge,
  file: SourceFile,
  f: FunctionFacts | undefined,
  token: Token,
): string | undefined {
  const text = file.text.slice(token.start, token.end);
  const value = evaluate(text, k.names);
  const word = value === undefined ? undefined : f ? wordBeside(k, f, token) : undefined;
  if (!word || value === undefined) return undefined;
  const decoded = decode(decoderOf(k, word), value);
  const bits = decoded.bits.map(
    b => `- \`${b.name}\` (${b.number})${b.comment ? ` ${b.comment.split('\n')[0] ?? ''}` : ''}`,
  );
  return [`**\`${text}\`** as \`${word.key}\``, bits.length > 0 ? bits.join('\n') : 'No bit is set.'].join(
    '\n\n',
  );
}

/** The state word that an expression around the token reads, compares with or stores to. */
function wordBeside(k: Knowledge, f: FunctionFacts, token: Token): StateWord | undefined {
  const { text, node, locals } = f.analysis;
  const start = token.start - f.shift;
  const end = token.end - f.shift;
  let found: StateWord | undefined;
  walk(node, n => {
    if (n.start > start || n.end < end) return false;
    const beside =
      n.kind === 'binary_expression' || n.kind === 'assignment_expression'
        ? [child(n, 'left'), child(n, 'right')]
        : n.kind === 'call_expression'
          ? (child(n, 'arguments')?.children ?? [])
          : n.kind === 'init_declarator'
            ? [child(n, 'declarator'), child(n, 'value')]
            : [];
    for (const side of beside) {
      if (!side || (side.start <= start && side.end >= end)) continue;
      const word = wordIn(k, f, side);
      if (word) found = word;
    }
    return true;
  });
  return found;

  function wordIn(knowing: Knowledge, facts: FunctionFacts, root: Node): StateWord | undefined {
    let hit: StateWord | undefined;
    walk(root, n => {
      if (hit || (n.kind !== 'field_expression' && n.kind !== 'identifier')) return !hit;
      const aliases = n.kind === 'identifier' ? (locals.aliases.get(text.slice(n.start, n.end)) ?? n) : n;
      const key = keyOfPath(pathOf(text, aliases, facts.analysis.locals), knowing.types);
      hit = key === undefined ? undefined : knowing.words.find(w => sameKey(w.key, key));
      return true;
    });
    return hit;
  }
}

// --- a section, a primitive, a wrapper -----------------------------------------------------------------------------

/** The begin or end of a section under the token. */
function sectionText(k: Knowledge, f: FunctionFacts, token: Token, link: LinkTo): string | undefined {
  const s = k.survey.sections(f);
  if (!s) return undefined;
  const start = token.start - f.shift;
  const hit = s.sites.find(site => named(site.node, start));
  if (!hit) return undefined;
  const parts = [describe(k, f, hit.node, link)].filter(x => x !== undefined);
  const { effect } = hit;
  if (effect.role === 'end') {
    const begins = s.sites.filter(b => s.ends[b.id]?.some(e => e.node === hit.node));
    parts.push(
      begins.length > 0
        ? `Ends ${sectionName(effect)}, begun in ${begins.map(b => lineLink(k, f, b.node, link)).join(', ')}.`
        : `Ends ${sectionName(effect)}, which was not begun in this function.`,
    );
  } else {
    const extents = stretchesOf(f, s).find(x => x.sites.includes(hit))?.extents ?? [];
    const lines = extents.map(e => lineRange(k, f, e)).join(', ');
    const balance = balanceOf(f, s, hit.id);
    parts.push(
      `Section: ${sectionWords(effect)}${lines && `, ${lines}`}${balance === 'all' ? '' : balance === 'open' ? '; still open when the function ends' : '; still open at the end on some paths'}.`,
    );
    const meaning = meanings[effect.kind];
    const reason = meaning.implicitReader ?? (effect.switches && meanings[effect.switches].implicitReader);
    if (reason !== undefined)
      parts.push(
        `An RCU reader without \`rcu_read_lock()\` (${reason}): \`synchronize_rcu()\` elsewhere waits for it.`,
      );
    if (meaning.atomic) parts.push('Must not sleep inside.');
  }
  return parts.join('\n\n');
}

function named(node: Node, offset: number): boolean {
  const name = child(node, 'function') ?? (node.kind === 'macro_loop' ? node : undefined);
  if (!name) return node.start <= offset && offset < node.start + 1;
  const end = node.kind === 'macro_loop' ? node.start + (node.name?.length ?? 0) : name.end;
  return name.start <= offset && offset < end;
}

/** What the function called at a node is. */
function describe(k: Knowledge, f: FunctionFacts, node: Node, link: LinkTo): string | undefined {
  const { text } = f.analysis;
  const name = callee(text, node);
  if (name !== undefined) return callText(k, name, link);
  const inner = child(node, 'function');
  const guardClass = inner && /^guard\s*\(\s*(\w+)/.exec(text.slice(inner.start, inner.end))?.[1];
  const p = guardClass === undefined ? undefined : guardPrimitive(guardClass);
  return (
    p &&
    `**\`guard(${guardClass ?? ''})\`** — as \`${p.name}()\`, until the end of the block: ${primitiveWords(p)}`
  );
}

function callText(k: Knowledge, name: string, link: LinkTo): string | undefined {
  const wrapper = k.survey.wrappers.get(name);
  if (wrapper) return wrapperText(name, wrapper, link);
  const p = primitive(name);
  return p && `**\`${name}()\`** — ${primitiveWords(p)}`;
}

function wrapperText(name: string, wrapper: Wrapper, link: LinkTo): string {
  const effects = wrapper.effects
    .map(e => `${e.role === 'end' ? 'ends' : e.role === 'begin' ? 'begins' : 'may begin'} ${sectionName(e)}`)
    .join('; ');
  const guard = wrapper.conditional && mainGuard(wrapper.conditional);
  const where = `[\`${name}()\`](${link(nameSpan(wrapper.facts))})`;
  if (!guard) return `**${where}** — ${effects}`;
  const unset = guard.when === 'set' ? 'NULL' : 'set';
  return [
    `**${where}** — conditional lock: takes no lock while \`${guard.text}\` is ${unset}`,
    `Else it takes \`${wrapper.conditional?.lock ?? ''}\`. A caller that saw ${unset} goes on without it, even after \`${guard.text}\` has changed.`,
  ].join('\n\n');
}

function lineLink(
  k: Knowledge,
  f: FunctionFacts,
  node: { start: number; end: number },
  link: LinkTo,
): string {
  return `[line ${lineOf(k, f, node.start)}](${link(spanOf(f, node))})`;
}

function lineRange(k: Knowledge, f: FunctionFacts, e: { start: number; end: number }): string {
  const from = lineOf(k, f, e.start);
  const to = lineOf(k, f, e.end);
  return from === to ? `line ${from}` : `lines ${from} to ${to}`;
}

/** One-based; counted in the text of the analysis and moved with the function. */
function lineOf(k: Knowledge, f: FunctionFacts, offset: number): number {
  return k.lineOf(f.file, offset + f.shift);
}

// --- a field ------------------------------------------------------------------------------------------------------

/** `n->state` under the pointer: the word and its bits. */
function fieldText(k: Knowledge, f: FunctionFacts, token: Token, link: LinkTo): string | undefined {
  const { text, node, locals } = f.analysis;
  const start = token.start - f.shift;
  const end = token.end - f.shift;
  let target: Node | undefined;
  walk(node, n => {
    if (n.start > start || n.end < end) return false;
    const name = n.kind === 'field_expression' ? child(n, 'field') : n.kind === 'identifier' ? n : undefined;
    if (name && name.start === start) target = n;
    return true;
  });
  if (!target || operatorOf(text, bare(text, target)) === '&') return undefined;
  const key = keyOfPath(pathOf(text, target, locals), k.types);
  const word = key === undefined ? undefined : k.words.find(w => sameKey(w.key, key));
  if (!word) return undefined;
  const bits = word.bits.map(b => {
    const waits = word.accesses.some(a => a.access.kind === 'wait' && a.bits.some(x => x.name === b.name));
    return `- \`${b.name}\`${b.number === undefined ? '' : ` (${b.number})`}${waits ? ', waited for' : ''}`;
  });
  const writers = word.accesses.filter(a => a.access.kind !== 'test' && a.access.kind !== 'wait');
  return [
    `**\`${word.key}\`** — state word`,
    bits.join('\n'),
    writers.length > 0 ? `Changed by ${byFunction(writers, link)}` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}
