/**
 * Who makes a function run: the calls of it anywhere in the tree, and what it is handed to: registrations, operation
 * tables, notifier chains, function pointers that are followed by their text. Lazy, nearest first: whoever asks stops
 * when enough is known.
 *
 * A function pointer is followed through parameters, members and variables by name (with the struct, where types are
 * known): that finds every caller that is written so, and some that never get this very function.
 */
import { child, namedChildren, type Node } from '../../syntax/node';
import type { SourceFile } from '../../syntax/source';
import type { Link } from './answers';
import type { Corpus, Mention } from '../corpus';
import { callArguments } from '../expression';
import { functionsOf, spanOf, type FactStore, type FunctionFacts } from '../functions';
import { typeName, type Types } from '../places';
import {
  definers,
  driverMembers,
  harmless,
  looks,
  members,
  notifiers,
  probes,
  registrations,
  callbackKinds,
  telling,
  vectors,
} from './registrations';
import { surroundingsOf, type Surroundings, type SurroundingsName } from './surroundings';
import { callPoints, fieldCalls, fieldCopies, fieldPasses, usesIn, type Use } from './uses';

/** A call on the way: `f` at `point` calls the next inner frame's function (the first frame: the one asked about). */
export interface Frame {
  readonly f: FunctionFacts;
  readonly point: number;
  readonly node: Node;
  readonly args: readonly Node[];
}

export type Caller =
  /** Innermost first; what the last one was entered with is to be found out. */
  | { readonly kind: 'calls'; readonly frames: readonly Frame[] }
  /** Run by the kernel in surroundings that are known. `links` say by what. */
  | { readonly kind: 'surroundings'; readonly in: Surroundings; readonly links: readonly Link[] }
  /** Between `start` and `show` of seq_operations, behind `pre_doit` that gave 0: as the given function leaves it. */
  | {
      readonly kind: 'after';
      readonly f: FunctionFacts;
      /** Only if it returned 0. */
      readonly succeeded?: true;
      readonly in: Surroundings;
      readonly links: readonly Link[];
    }
  /** Modules that are not here may call it. */
  | { readonly kind: 'exported' }
  /** It is handed to something that is not followed. */
  | { readonly kind: 'unknown'; readonly because: string };

export interface CallersInput {
  readonly corpus: Corpus;
  /** Types as a file means them. */
  typesIn(file: string): Types;
  readonly store: FactStore;
  /** One-based. */
  lineOf(file: string, offset: number): number;
  /** The whole text of a file; empty if there is none. */
  textOf(file: string): string;
}

export interface Callers {
  of(f: FunctionFacts): Iterable<Caller>;
  /** The line of a frame's call. */
  frameLine(frame: Frame): number;
}

/** Whether a text has a name otherwise than as a member, in a comment's line or a string. */
function used(text: string, name: string): boolean {
  for (const m of text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))) {
    const before = text.slice(Math.max(0, m.index - 60), m.index);
    if (/(?:->|\.)\s*$/.test(before) && !/\.\.\.\s*$/.test(before)) continue;
    if (/(?:^|\n)\s*(?:\*|\/\/|\/\*)[^\n]*$/.test(before)) continue;
    return true;
  }
  return false;
}

/** A pointer that is passed on further than this is not followed. */
const DEEPEST = 4;
/** Functions that call through one member: more are not read. */
const MOST_FIELD_CALLS = 40;
/** Members whose calls are kept: they hold on to syntax trees. */
const MOST_FIELDS = 120;

interface Where {
  /** The function around, if there is one. */
  readonly g: FunctionFacts | undefined;
  readonly text: string;
  readonly source: SourceFile | undefined;
  readonly file: string;
  /** Calls through which the function came here, outermost last. */
  readonly outer: readonly Frame[];
  readonly depth: number;
}

/** `mentions`: texts that mention a member which are read at most for calls through it. */
export function callersOf(input: CallersInput, mentions = 600): Callers {
  const { corpus, store } = input;
  const fieldMemo = new Map<string, FieldUse>();

  function* of(f: FunctionFacts): Iterable<Caller> {
    const maker = /^[\s\w]*?\b([A-Z][A-Z0-9_]+)\s*\(/.exec(
      f.analysis.text.slice(f.analysis.base, f.analysis.base + 80),
    )?.[1];
    const definer = maker === undefined ? undefined : definers.find(([name]) => name.test(maker));
    if (definer && maker !== undefined)
      yield {
        kind: 'surroundings',
        in: surroundingsOf(definer[1]),
        links: [{ name: `${maker}()`, file: f.file, line: input.lineOf(f.file, f.item.start) }],
      };
    // Tables of system calls mention it: they are how it is called.
    if (definer) return;
    if (f.item.kind === 'invocation') {
      if (!/^RACE_/.test(f.item.name)) yield { kind: 'unknown', because: `it is made by ${f.item.name}()` };
      return;
    }
    let any = false;
    for (const c of ofName(f.name, f, 0)) {
      any = true;
      yield c;
    }
    if (!any && f.item.isStatic && f.file.endsWith('.c'))
      for (const c of fromIncluders(f)) {
        any = true;
        yield c;
      }
    if (!any) yield* pasted(f);
  }

  /** A `.c` file that others include: those of the same folder. */
  function* fromIncluders(f: FunctionFacts): Iterable<Caller> {
    const folder = f.file.slice(0, f.file.lastIndexOf('/') + 1);
    const line = `#include "${f.file.slice(folder.length)}"`;
    for (const m of corpus.mentions(f.name, f.file)) {
      if (!m.source.path.startsWith(folder) || m.source.path === f.file) continue;
      if (m.source.text.includes(line)) yield* fromMention(m, f.name, 0);
    }
  }

  /** Who is called only under a name that a macro joins: `DEVICE_ATTR_RO(speed)` calls speed_show(). */
  function* pasted(f: FunctionFacts): Iterable<Caller> {
    const m = /^(\w+)_(show|store|read|write|open|get|set)$/.exec(f.name);
    const stem = m?.[1];
    if (stem === undefined) return;
    for (const mention of corpus.mentions(stem, f.file, f.file)) {
      if (mention.kind !== 'outer' || mention.item.kind === 'macro') continue;
      const { item, source } = mention;
      const text = source.text.slice(item.start, item.end);
      const maker = new RegExp(`\\b([A-Z][A-Z0-9_]*|__ATTR\\w*)\\s*\\([^;]*\\b${stem}\\b`).exec(text)?.[1];
      if (maker === undefined) continue;
      const link: Link = { name: `${maker}(${stem})`, file: f.file, line: input.lineOf(f.file, item.start) };
      yield known(/ATTR|SHOW|_RO|_RW|_WO/.test(maker) ? 'sysfs' : 'fileOperation', link);
      return;
    }
  }

  function* ofName(name: string, f: FunctionFacts, depth: number): Iterable<Caller> {
    const within = f.item.isStatic && f.file.endsWith('.c') ? f.file : undefined;
    for (const m of corpus.mentions(name, f.file, within)) {
      const path = m.source.path;
      if (path !== f.file && definesOwn(m.source, name, f)) continue;
      yield* fromMention(m, name, depth);
    }
  }

  /** Another function of that name that mentions in this file mean. */
  function definesOwn(source: SourceFile, name: string, f: FunctionFacts): boolean {
    return source.items.some(
      i =>
        i.kind === 'function' && i.name === name && (i.isStatic || f.item.isStatic) && !i.file.endsWith('.h'),
    );
  }

  function* fromMention(m: Mention, name: string, depth: number): Iterable<Caller> {
    const { item, source } = m;
    if (m.kind === 'function') {
      // Not worth parsing if all there is are members of that name, or words in comments.
      if (!used(source.text.slice(item.start, item.end), name)) return;
      yield* fromFunction(m.facts, source, name, depth);
      return;
    }
    if (item.kind === 'macro') {
      yield* throughMacro(item.name, source, name, depth);
      return;
    }
    if (item.kind !== 'variable' && item.kind !== 'invocation') return;
    if (item.kind === 'invocation' && harmless.test(item.name) && !registrations.has(item.name)) {
      if (item.name.startsWith('EXPORT_')) yield { kind: 'exported' };
      return;
    }
    const node = m.node();
    if (!node) return;
    if (item.kind === 'invocation' && child(node, 'body')) {
      const g = functionsOf(source, store).find(x => x.item.start === item.start);
      if (g) yield* fromFunction(g, source, name, depth);
      return;
    }
    const where: Where = { g: undefined, text: source.text, source, file: source.path, outer: [], depth };
    for (const use of usesIn(source.text, node, name, input.typesIn(source.path))) yield* fromUse(use, where);
  }

  function* fromFunction(
    g: FunctionFacts,
    source: SourceFile,
    name: string,
    depth: number,
  ): Iterable<Caller> {
    const { text, locals, body, node } = g.analysis;
    // A local of that name is something else.
    if (locals.types.has(name)) return;
    const where: Where = { g, text, source, file: g.file, outer: [], depth };
    for (const use of usesIn(text, body ?? node, name, input.typesIn(g.file), locals))
      yield* fromUse(use, where);
  }

  function* fromUse(use: Use, w: Where): Iterable<Caller> {
    switch (use.kind) {
      case 'call': {
        const frame = w.g && frameOf(w.g, use.node, use.args);
        if (frame) yield { kind: 'calls', frames: [frame, ...w.outer] };
        return;
      }
      case 'argument':
        yield* handedTo(use, w);
        return;
      case 'field':
        yield* storedIn(use, w);
        return;
      case 'variable':
        yield* throughVariable(use.name, use.local, use.node, w);
        return;
      case 'escapes':
        yield { kind: 'unknown', because: `it is ${use.how} in ${w.g ? `${w.g.name}()` : w.file}` };
    }
  }

  function frameOf(g: FunctionFacts, node: Node, args: readonly Node[]): Frame | undefined {
    const point = callPoints(g.analysis).get(node);
    return point === undefined ? undefined : { f: g, point, node, args };
  }

  function linkAt(name: string, w: Where, node: Node): Link {
    const offset = w.g ? spanOf(w.g, node).start : node.start;
    return { name, file: w.file, line: input.lineOf(w.file, offset) };
  }

  function known(s: SurroundingsName, link: Link, label?: string): Caller {
    const base = surroundingsOf(s);
    return { kind: 'surroundings', in: label === undefined ? base : { ...base, label }, links: [link] };
  }

  function* handedTo(use: Use & { kind: 'argument' }, w: Where): Iterable<Caller> {
    const { callee, index } = use;
    const registered = registration(callee, index, use.node, w);
    if (registered) {
      yield registered;
      return;
    }
    if (harmless.test(callee) || looks.test(callee)) return;
    if (w.depth >= DEEPEST) {
      yield { kind: 'unknown', because: `it is passed on to ${callee}()` };
      return;
    }
    const call = w.g && frameOf(w.g, use.node, []);
    const outer = call ? [call, ...w.outer] : w.outer;
    const [r] = corpus.functions(callee, w.file);
    if (r) {
      const parameter = r.analysis.locals.parameters[index];
      const { text, locals, body } = r.analysis;
      if (parameter === undefined || !body) {
        yield { kind: 'unknown', because: `it is passed to ${callee}()` };
        return;
      }
      const where: Where = { g: r, text, source: undefined, file: r.file, outer, depth: w.depth + 1 };
      for (const inner of usesIn(text, body, parameter, input.typesIn(r.file), locals))
        yield* fromUse(inner, where);
      return;
    }
    const [m] = corpus.macros(callee, w.file);
    if (m) {
      const parameter = m.macro.parameters?.[index];
      if (parameter !== undefined) {
        yield* throughBody(m.macro.body, parameter, callee, w, use);
        return;
      }
    }
    yield { kind: 'unknown', because: `it is passed to ${callee}()` };
  }

  /** What a call runs its argument in, if it is one that registers. */
  function registration(callee: string, index: number, node: Node, w: Where): Caller | undefined {
    const link = (): Link => linkAt(`${callee}()`, w, node);
    if (index === 0 && probes.test(callee) && corpus.functions(callee).length === 0)
      return known('tracepoint', link());
    const row = registrations.get(callee)?.find(([argument]) => argument === index);
    if (!row) return undefined;
    const args = callArguments(node);
    const [first] = args;
    const vector = callee === 'open_softirq' && first ? w.text.slice(first.start, first.end) : undefined;
    const soft = args.some(a => /_SOFT\b/.test(w.text.slice(a.start, a.end)));
    const s = row[1] === 'hrtimer' && soft ? 'hrtimerSoft' : row[1];
    return known(s, link(), vector === undefined ? undefined : vectors[vector]);
  }

  /** A macro that is given the function: what its text does with the parameter. */
  function* throughBody(
    body: string,
    parameter: string,
    name: string,
    w: Where,
    use: Use & { kind: 'argument' },
  ): Iterable<Caller> {
    const p = parameter.replace(/\W/g, '');
    const stored = new RegExp(`(?:->|\\.)\\s*(\\w+)\\s*=\\s*\\(?\\s*${p}\\b`).exec(body);
    if (stored?.[1]) {
      yield* storedIn({ kind: 'field', struct: '', field: stored[1], node: use.node }, w);
      return;
    }
    if (new RegExp(`\\b${p}\\s*\\)?\\s*\\(`).test(body)) {
      const frame = w.g && frameOf(w.g, use.node, []);
      if (frame) yield { kind: 'calls', frames: [frame, ...w.outer] };
      return;
    }
    for (const m of body.matchAll(/([A-Za-z_]\w*)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g)) {
      const [, inner = '', list = ''] = m;
      const index = list.split(',').findIndex(a => a.trim().replace(/^[&(]*|[)]*$/g, '') === p);
      if (index < 0 || inner === name) continue;
      yield* handedTo(
        { kind: 'argument', callee: inner, index, node: use.node },
        { ...w, depth: w.depth + 1 },
      );
      return;
    }
    yield { kind: 'unknown', because: `it is passed to ${name}()` };
  }

  /** A macro whose text has the name: whoever uses the macro. */
  function* throughMacro(macro: string, source: SourceFile, name: string, depth: number): Iterable<Caller> {
    if (depth >= DEEPEST || macro === name) return;
    const item = source.items.find(i => i.kind === 'macro' && i.name === macro);
    const body = item && source.macro(item)?.body;
    if (item === undefined || body === undefined || !new RegExp(`\\b${name}\\b`).test(body)) return;
    for (const call of body.matchAll(/([A-Za-z_]\w*)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g)) {
      const [, callee = '', list = ''] = call;
      const index = list.split(',').findIndex(a => a.trim().replace(/^[&(]*|[)]*$/g, '') === name);
      const row = index < 0 ? undefined : registrations.get(callee)?.find(([argument]) => argument === index);
      if (!row) continue;
      const safe = row[1] === 'timer' && list.includes('TIMER_IRQSAFE');
      const line = input.lineOf(source.path, item.nameStart);
      yield known(safe ? 'timerIrqSafe' : row[1], { name: `${macro}()`, file: source.path, line });
      return;
    }
    if (looks.test(macro)) return;
    const within = source.path.endsWith('.c') ? source.path : undefined;
    for (const m of corpus.mentions(macro, source.path, within)) {
      if (m.kind === 'outer') {
        if (m.item.kind === 'macro' && m.item.name !== macro)
          yield* throughMacro(m.item.name, m.source, macro, depth + 1);
        else if (m.item.kind === 'variable' || (m.item.kind === 'invocation' && m.item.name === macro))
          yield { kind: 'unknown', because: `the macro ${macro} puts it into a table` };
        continue;
      }
      const g = m.facts;
      const { text, body: inside, locals, node } = g.analysis;
      if (locals.types.has(macro)) continue;
      for (const use of usesIn(text, inside ?? node, macro, input.typesIn(g.file), locals)) {
        if (use.kind !== 'call') continue;
        const frame = frameOf(g, use.node, new RegExp(`\\b${name}\\s*\\(`).test(body) ? [] : use.args);
        if (frame) yield { kind: 'calls', frames: [frame] };
      }
    }
  }

  function* throughVariable(name: string, local: boolean, node: Node, w: Where): Iterable<Caller> {
    if (w.depth >= DEEPEST) {
      yield { kind: 'unknown', because: `it is stored in ${name}` };
      return;
    }
    if (local && w.g) {
      const { text, body, locals } = w.g.analysis;
      const where: Where = { ...w, depth: w.depth + 1 };
      for (const use of usesIn(text, body ?? w.g.analysis.node, name, input.typesIn(w.file), locals))
        if (!(use.kind === 'variable' && use.name === name)) yield* fromUse(use, where);
      return;
    }
    let any = false;
    for (const m of corpus.mentions(name, w.file)) {
      if (m.kind !== 'function') continue;
      const { facts: g } = m;
      const { text, events, flow, locals } = g.analysis;
      const names = new Set([name]);
      for (const [alias, value] of locals.aliases)
        if (text.slice(value.start, value.end) === name) names.add(alias);
      for (const p of flow.points)
        for (const e of events(p)) {
          if (e.kind !== 'call') continue;
          const called = text.slice(e.called.start, e.called.end).replace(/^\(\*?\s*|\)$/g, '');
          const root = /^\w+/.exec(called.replace(/^\w+\(/, ''))?.[0] ?? '';
          if (!names.has(e.name ?? root)) continue;
          any = true;
          yield { kind: 'calls', frames: [{ f: g, point: p.id, node: e.node, args: e.args }] };
        }
    }
    void node;
    if (!any) yield { kind: 'unknown', because: `it is stored in ${name}` };
  }

  // --- members -----------------------------------------------------------------------------------------------------

  function* storedIn(use: Use & { kind: 'field' }, w: Where): Iterable<Caller> {
    const { struct, field } = use;
    const owner = struct === '' ? `.${field}` : `.${field} of ${struct}`;
    const link = linkAt(owner, w, use.node);
    if (field === 'notifier_call') {
      yield* notified(use, w, link);
      return;
    }
    if (struct === 'seq_operations') {
      yield* sequence(use, w, link);
      return;
    }
    // A timer's function outside timer_setup() is an hrtimer's.
    const timer =
      struct === '' &&
      /timer\w*\s*(?:\.|->)\s*function\s*=/.test(
        w.text.slice(Math.max(0, use.node.start - 60), use.node.start),
      );
    if (field === 'function' && timer) {
      yield known('hrtimer', link);
      return;
    }
    if (struct === 'rtnl_link' || (field === 'function' && struct === 'hrtimer')) {
      const soft =
        w.g && /HRTIMER_MODE_\w*SOFT/.test(w.text.slice(w.g.analysis.node.start, w.g.analysis.node.end));
      yield known(struct === 'hrtimer' ? (soft ? 'hrtimerSoft' : 'hrtimer') : 'rtnetlink', link);
      return;
    }
    const name =
      members.get(`${struct}.${field}`) ??
      (struct === '' ? telling.get(field) : undefined) ??
      (struct === '' ? undefined : members.get(`${struct}.*`)) ??
      (/_driver$/.test(struct) && driverMembers.has(field) ? 'driver' : undefined);
    if (name !== undefined && name !== 'anywhere') {
      if (use.variable !== undefined && realTimeOnly(use.variable, w)) return;
      const base = refined(name, w);
      const first = field === 'doit' ? preDoit(w) : undefined;
      yield first
        ? { kind: 'after', f: first, succeeded: true, in: surroundingsOf(base), links: [link] }
        : known(base, link);
      return;
    }
    const kind = struct === 'nfnl_callback' && use.table ? entryOf(w.text, use.table, 'type') : undefined;
    const callback = kind === undefined ? undefined : callbackKinds.get(kind);
    if (callback !== undefined) {
      yield known(callback, link);
      return;
    }
    const found = throughField(struct, field, w.file);
    yield* found.registered;
    for (const frame of found.frames) yield { kind: 'calls', frames: [frame] };
    if (w.depth < DEEPEST)
      for (const copy of found.copies) yield* storedIn(copy, { ...w, depth: w.depth + 1 });
    if (found.frames.length + found.copies.length + found.registered.length === 0)
      yield { kind: 'unknown', because: `it is stored in ${owner}` };
    // Calls that are surely through this struct are enough: the nearest were read.
    else if (!found.all && !found.sure)
      yield { kind: 'unknown', because: `too many places call through ${owner}` };
  }

  /** What the file around says besides. */
  function refined(name: SurroundingsName, w: Where): SurroundingsName {
    // Programs on packets and sockets never sleep.
    if (name === 'bpfHelper') return /(?:^|\/)net\//.test(w.file) ? name : 'bpfHelperAnywhere';
    if (name !== 'genl' && name !== 'genlDump') return name;
    const family = familyText(w);
    if (family === undefined || /\bparallel_ops\b/.test(family)) return name;
    return name === 'genl' ? 'genlOneByOne' : 'genlDumpOneByOne';
  }

  /** What the generic netlink family of a file is initialised with. */
  function familyText(w: Where): string | undefined {
    const text = w.source?.text ?? input.textOf(w.file);
    return /\bstruct genl_family\s+\w+[^;={]*=\s*\{([^}]*)\}/.exec(text)?.[1];
  }

  /** What runs before each `doit` of the family, and may leave locks to it. */
  function preDoit(w: Where): FunctionFacts | undefined {
    const name = /\.pre_doit\s*=\s*&?(\w+)/.exec(familyText(w) ?? '')?.[1];
    return name === undefined ? undefined : corpus.functions(name, w.file)[0];
  }

  /** A table that nobody registers but under `if (IS_ENABLED(CONFIG_PREEMPT_RT))`. */
  function realTimeOnly(variable: string, w: Where): boolean {
    if (!(w.source?.text ?? input.textOf(w.file)).includes('IS_ENABLED(CONFIG_PREEMPT_RT)')) return false;
    let any = false;
    for (const m of corpus.mentions(variable, w.file, w.file)) {
      if (m.kind !== 'function') continue;
      const text = m.source.text.slice(m.item.start, m.item.end);
      for (const at of text.matchAll(new RegExp(`\\b${variable}\\b`, 'g'))) {
        any = true;
        const statement = text.slice(0, at.index).replace(/^[^]*[;{}]/, '');
        if (!/\bif\s*\(\s*IS_ENABLED\(CONFIG_PREEMPT_RT\)\s*\)/.test(statement)) return false;
      }
    }
    return any;
  }

  interface FieldUse {
    readonly frames: readonly Frame[];
    readonly all: boolean;
    /** The struct is known at each call. */
    readonly sure: boolean;
    /** Members that it is copied to. */
    readonly copies: readonly (Use & { kind: 'field' })[];
    /** `INIT_WORK(&d->work, ops->work)`: what it is registered for. */
    readonly registered: readonly Caller[];
  }

  /** The calls through a member. Where some are known to be of that struct, those of unknown structs do not count. */
  function throughField(struct: string, field: string, from: string): FieldUse {
    const key = `${struct}.${field}`;
    const old = fieldMemo.get(key);
    if (old) return old;
    const sure: Frame[] = [];
    const maybe: Frame[] = [];
    const copies: (Use & { kind: 'field' })[] = [];
    const registered: Caller[] = [];
    let read = 0;
    let all = true;
    const call = new RegExp(`(?:->|\\.)\\s*${field}\\s*\\)*\\s*[(,;)]`);
    for (const m of corpus.mentions(field, from)) {
      if (++read > mentions || sure.length >= MOST_FIELD_CALLS) {
        all = false;
        break;
      }
      if (m.kind !== 'function' || !call.test(m.source.text.slice(m.item.start, m.item.end))) continue;
      const g = m.facts;
      const types = input.typesIn(g.file);
      for (const c of fieldCalls(g.analysis, types, returned)) {
        if (c.field !== field) continue;
        const frame = { f: g, point: c.point, node: c.node, args: c.args };
        if (struct !== '' && c.struct === struct) sure.push(frame);
        else if (c.struct === '' || struct === '') maybe.push(frame);
      }
      for (const c of fieldCopies(g.analysis, types)) {
        const known = c.from.struct === struct && struct !== '';
        if (c.from.field === field && known) copies.push({ kind: 'field', ...c.to, node: c.node });
      }
      const where: Where = { g, text: g.analysis.text, source: undefined, file: g.file, outer: [], depth: 0 };
      for (const p of struct === '' ? [] : fieldPasses(g.analysis, types)) {
        if (p.field !== field || p.struct !== struct) continue;
        const one = registration(p.callee, p.index, p.node, where);
        if (one) registered.push(one);
      }
    }
    const frames =
      sure.length > 0 || (struct !== '' && copies.length + registered.length > 0)
        ? sure
        : maybe.slice(0, MOST_FIELD_CALLS);
    const found = {
      frames,
      all: all && frames.length === (sure.length || maybe.length),
      sure: sure.length > 0,
      copies,
      registered,
    };
    if (fieldMemo.size >= MOST_FIELDS) fieldMemo.clear();
    fieldMemo.set(key, found);
    return found;
  }

  /** The struct that what a function returns points at. */
  function returned(name: string): string | undefined {
    const [f] = corpus.functions(name);
    if (!f) return undefined;
    return typeName(f.analysis.text, child(f.analysis.node, 'type')) || undefined;
  }

  /** Which chain a notifier_block is put on. */
  function* notified(use: Use & { kind: 'field' }, w: Where, link: Link): Iterable<Caller> {
    const callees = new Set<string>();
    const look = (g: FunctionFacts, variable: string | undefined): void => {
      const { text, flow, events } = g.analysis;
      for (const p of flow.points)
        for (const e of events(p)) {
          if (e.kind !== 'call' || e.name === undefined || /^unregister|_unregister/.test(e.name)) continue;
          if (!/register|notifier/.test(e.name)) continue;
          const passes = e.args.some(a => {
            const arg = text.slice(a.start, a.end);
            return variable === undefined
              ? /\bnb\b|notifier/.test(arg)
              : new RegExp(`\\b${variable}\\b`).test(arg);
          });
          if (passes) callees.add(e.name);
        }
    };
    if (use.variable !== undefined)
      for (const m of corpus.mentions(use.variable, w.file, w.file)) {
        if (m.kind === 'function') look(m.facts, use.variable);
      }
    else if (w.g) look(w.g, undefined);
    let any = false;
    for (const name of callees) {
      const s = notifiers.get(name) ?? chainKind(name, w.file, 0);
      if (s === undefined) continue;
      any = true;
      yield known(s, { ...link, name: `${name}()` });
    }
    if (!any) yield { kind: 'unknown', because: 'it is a notifier of a chain that is not known' };
  }

  /** By what a function of ours registers with in its turn. */
  function chainKind(name: string, from: string, depth: number): SurroundingsName | undefined {
    if (depth > 2) return undefined;
    const [r] = corpus.functions(name, from);
    for (const c of r?.analysis.calls ?? []) {
      const s =
        notifiers.get(c) ?? (/register/.test(c) ? chainKind(c, r?.file ?? from, depth + 1) : undefined);
      if (s !== undefined) return s;
    }
    return undefined;
  }

  /** start, then show and next in turns, then stop: what start leaves open is open in the others. */
  function* sequence(use: Use & { kind: 'field' }, w: Where, link: Link): Iterable<Caller> {
    const s = surroundingsOf('fileOperation');
    const label = { ...s, label: `seq_file ${use.field}` };
    const start = use.field === 'start' || !use.table ? undefined : entryOf(w.text, use.table, 'start');
    const f = start === undefined ? undefined : corpus.functions(start, w.file)[0];
    yield f
      ? { kind: 'after', f, in: label, links: [link] }
      : { kind: 'surroundings', in: label, links: [link] };
  }

  function entryOf(text: string, table: Node, field: string): string | undefined {
    for (const pair of namedChildren(table)) {
      if (pair.kind !== 'initializer_pair') continue;
      const designator = namedChildren(pair).find(c => c.kind === 'field_designator');
      const inner = designator && namedChildren(designator)[0];
      const value = child(pair, 'value');
      if (inner && value && text.slice(inner.start, inner.end) === field)
        return text.slice(value.start, value.end).replace(/^&/, '').trim();
    }
    return undefined;
  }

  return {
    of,
    frameLine: frame => input.lineOf(frame.f.file, spanOf(frame.f, frame.node).start),
  };
}
