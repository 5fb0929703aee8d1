/**
 * What to say about the thing under the pointer: a state bit, a constant used with a state word, a primitive, the
 * begin or end of a section, a call that may take no lock.
 */
import type { Span } from '../../base/span';
import { child, walk, type Node } from '../../syntax/node';
import type { SourceFile } from '../../syntax/source';
import { mainGuard } from '../../kernel/sections/condlock';
import { balanceOf, stretchesOf } from '../../kernel/sections/extents';
import { bare, callee, operatorOf } from '../../kernel/expression';
import { nameSpan, spanOf, type FunctionFacts } from '../../kernel/functions';
import { keyOfPath, pathOf, sameKey } from '../../kernel/places';
import { guardPrimitive, primitive, type Primitive } from '../../kernel/primitives';
import { looksLikePrimitive, reading } from '../../kernel/roles';
import { meanings } from '../../kernel/sections/sections';
import type { AnyWrapper, Wrapper } from '../../kernel/sections/survey';
import { accessesAt, accessList, bitText, hereText, type CommandTo } from './bitHover';
import { classes } from './classes';
import { contextText } from './contextHover';
import { tokenAt, type Token } from './hoverToken';
import { knowledge, type Knowledge } from '../knowledge';
import { numberText } from './numberHover';
import { protectionText } from './protection';
import type { LinkTo, Scene } from '../scene';
import { primitiveWords, sectionName, sectionWords } from '../words';

export interface Hover {
  readonly span: Span;
  /** GitHub markdown without HTML; links were made by the given LinkTo. */
  readonly markdown: string;
}

/** `command` makes links that run “Find All Sites of This Bit”; without it there are none. */
export function hover(
  scene: Scene,
  file: SourceFile,
  offset: number,
  link: LinkTo,
  command?: CommandTo,
): Hover | undefined {
  const token = tokenAt(file.text, offset);
  if (!token) return undefined;
  const k = knowledge(scene);
  const span = { file: file.path, start: token.start, end: token.end };
  const f = k.functions(file).find(x => x.item.start <= offset && offset < x.item.end);
  const word = file.text.slice(token.start, token.end);
  const markdown = /^\d/.test(word)
    ? numberText(k, file, f, token)
    : (bitText({ scene, knowledge: k, file, f, token, link, ...(command && { command }) }) ??
      (f && sectionText(k, f, token, link)) ??
      (f && fieldText(k, f, token, link)) ??
      (f ? calledText(scene, k, f, word, token, link) : undefined));
  // On the name of an operation: what it does here.
  const here = primitive(word) ? accessesAt(k, file, token) : undefined;
  // On the name of a function, its own or a called one: in what that runs.
  const runs =
    f && isFunctionName(file.text, f, token) ? contextText(scene, f, token.start, link) : undefined;
  const parts = [markdown, here && markdown !== undefined ? hereText(here, true) : undefined, runs];
  const told = parts.filter(x => x !== undefined).join('\n\n');
  return told === '' ? undefined : { span, markdown: told };
}

/** Whether the token is the name of the function, or of one that is called in it. */
function isFunctionName(text: string, f: FunctionFacts, token: Token): boolean {
  if (token.start === f.item.nameStart) return true;
  if (!/^\s*\(/.test(text.slice(token.end, token.end + 40))) return false;
  return f.analysis.calls.has(text.slice(token.start, token.end));
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
    if (meaning.note !== undefined) parts.push(meaning.note);
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
  if (name !== undefined) return callText(k, name, link, f.file);
  const inner = child(node, 'function');
  const guardClass = inner && /^guard\s*\(\s*(\w+)/.exec(text.slice(inner.start, inner.end))?.[1];
  const p = guardClass === undefined ? undefined : guardPrimitive(guardClass);
  return (
    p &&
    `**\`guard(${guardClass ?? ''})\`** — as \`${p.name}()\`, until the end of the block: ${primitiveWords(p)}\n\n${classSentence(p)}`
  );
}

/** A call that is no section by itself: what it is, and for a read of an RCU pointer what protects it there. */
function calledText(
  scene: Scene,
  k: Knowledge,
  f: FunctionFacts,
  name: string,
  token: Token,
  link: LinkTo,
): string | undefined {
  const text = callText(k, name, link, f.file) ?? inheritedText(scene, name, f.file, link);
  const protection = protectionText(scene, k, f, name, token.start - f.shift);
  return [text, protection].filter(x => x !== undefined).join('\n\n') || undefined;
}

function callText(k: Knowledge, name: string, link: LinkTo, from?: string): string | undefined {
  const p = primitive(name);
  if (p) return [`**\`${name}()\`** — ${primitiveWords(p)}`, classSentence(p)].filter(Boolean).join('\n\n');
  const wrapper = k.survey.wrapper(name, from);
  return wrapper && wrapperText(name, wrapper, link);
}

/** What the catalogue says of primitives of that class. */
function classSentence(p: Primitive): string {
  return classes.get(p.class)?.sentence ?? '';
}

/** A function that does what a primitive does, by calling it: `linkmode_set_bit()`. */
function inheritedText(scene: Scene, name: string, from: string, link: LinkTo): string | undefined {
  if (!looksLikePrimitive(name) || !scene.corpus.complete()) return undefined;
  const [role] = reading(name, from, scene.corpus).roles;
  if (!role) return undefined;
  return `**\`${name}()\`** — wraps \`${role.primitive.name}()\`: ${primitiveWords(role.primitive)}${chainText(name, role.chain, link)}\n\n${classSentence(role.primitive)}`;
}

/** `unix_state_lock → spin_lock`, each a link to where it is called. */
function chainText(
  name: string,
  chain: readonly { readonly name: string; readonly span: Span }[],
  link: LinkTo,
): string {
  if (chain.length === 0) return '';
  return `\n\n\`${name}\` → ${chain.map(l => `[\`${l.name}\`](${link(l.span)})`).join(' → ')}`;
}

function wrapperText(name: string, wrapper: AnyWrapper, link: LinkTo): string {
  if (wrapper.kind === 'annotated')
    return `**[\`${name}()\`](${link(wrapper.span)})** — annotated: it begins or ends a section by its prototype, no body is at hand`;
  if (wrapper.kind === 'macro')
    return `**[\`${name}()\`](${link(wrapper.span)})** — a macro that begins or ends a section${chainText(name, wrapper.chain, link)}`;
  return functionText(name, wrapper, link) + chainText(name, wrapper.chain, link);
}

function functionText(name: string, wrapper: Wrapper, link: LinkTo): string {
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
  const word = key === undefined ? undefined : [...k.words, ...k.plainWords].find(w => sameKey(w.key, key));
  if (!word) return undefined;
  const bits = word.bits.map(b => {
    const waits = word.accesses.some(a => a.access.kind === 'wait' && a.bits.some(x => x.name === b.name));
    return `- \`${b.name}\`${b.number === undefined ? '' : ` (${b.number})`}${waits ? ', waited for' : ''}`;
  });
  const writers = word.accesses.filter(a => a.access.kind !== 'test' && a.access.kind !== 'wait');
  return [
    `**\`${word.key}\`** — state word`,
    bits.join('\n'),
    writers.length > 0 ? `Changed by ${accessList(writers, link)}` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}
