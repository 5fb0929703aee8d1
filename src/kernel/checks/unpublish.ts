/**
 * publish-without-grace-period, in two cases of which each is a race by itself (most updates need no grace period):
 * - some reader takes NULL of the pointer as leave to go without a lock (publish.ts has the analysis);
 * - what was just taken out of readers' sight (list_del_rcu(), a pointer set to NULL or replaced) is freed on a way that
 *   waits for no grace period, while readers of it are known.
 */
import { walk } from '../../syntax/node';
import type { Event } from '../sections/events';
import { bare, callee, callArguments, pointee, readObject, spelling } from '../expression';
import type { Point } from '../sections/flow';
import { remember, spanOf, type FunctionFacts } from '../functions';
import { primitive } from '../primitives';
import { bodiesOf, sleepOf } from './callees';
import { isReader, openAt } from './entries';
import { isSame, type Check, type CheckInput, type Finding, type Related } from './input';
import { findWay } from './ways';

export const publishWithoutGracePeriod: Check = (f, input) => [...relied(f, input), ...freed(f, input)];

function relied(f: FunctionFacts, input: CheckInput): readonly Finding[] {
  const found: Finding[] = [];
  for (const p of input.publications) {
    const { start, end } = p.span;
    if (p.span.file !== f.file || p.publisher !== f.name || start < f.item.start || end > f.item.end)
      continue;
    const names = [...new Set(p.readers.map(r => `${r.function}()`))];
    found.push({
      span: p.span,
      message: `${p.pointer} is published and no grace period follows, but ${names.join(', ')} takes no lock while it is NULL: a reader that saw NULL may still be inside without the lock`,
      related: p.readers.map(r => ({
        span: r.span,
        message: `${r.function}() takes ${r.lock} only if ${p.pointer} is set`,
      })),
    });
  }
  return found;
}

/** The object that a call takes out of readers' sight: a local, and the field (list member or pointer) it hung on. */
interface Removal {
  readonly object: string;
  readonly field: string;
  readonly point: Point;
  readonly event: Event;
  readonly how: 'list' | 'pointer';
}

const teardown =
  /exit|destroy|uninit|fini|cleanup|teardown|release|shutdown|unregister|free|purge|flush|init|probe|remove/;

function freed(f: FunctionFacts, input: CheckInput): readonly Finding[] {
  if (teardown.test(f.name)) return [];
  const { flow, events, text } = f.analysis;
  const found: Finding[] = [];
  for (const removal of removalsOf(f)) {
    const readers = readersOf(f, input, removal);
    const [reader] = readers;
    if (!reader) continue;
    const way = findWay<'before' | 'out' | 'freed'>(f.analysis, {
      start: 'before',
      step(state, p) {
        let now = state;
        for (const e of events(p)) {
          if (e === removal.event) now = 'out';
          else if (now === 'out') {
            const isOld = e.kind === 'assign' && e.right && bare(text, e.right) === removal.event.node;
            if (e.kind === 'assign' && !isOld && spelling(text, e.left) === removal.object) return undefined;
            if (e.kind === 'call' && waitsOrUnknown(input, f, e)) return undefined;
            if (isFreeOf(text, e, removal.object)) now = 'freed';
          }
        }
        return now;
      },
      goal: s => s === 'freed',
    });
    if (way === 'none' || way === 'unknown') continue;
    const at = way.at(-2) ?? flow.points[flow.entry];
    const free = at && events(at).find(e => isFreeOf(text, e, removal.object));
    if (!free) continue;
    found.push({
      span: spanOf(f, free.node),
      message: `${removal.object} is freed with no grace period after it was taken out of readers' sight: a reader that found it before may still use it`,
      related: [{ span: spanOf(f, removal.event.node), message: `it is taken out here` }, reader],
    });
  }
  return found;
}

function isFreeOf(text: string, e: Event, object: string): boolean {
  if (e.kind !== 'call' || e.name === undefined) return false;
  const p = primitive(e.name);
  const argument = p?.role === 'free' && p.pointer !== undefined ? e.args[p.pointer] : undefined;
  return argument !== undefined && spelling(text, argument) === object;
}

/** A grace period, or something that may contain one. */
function waitsOrUnknown(input: CheckInput, f: FunctionFacts, e: Event & { kind: 'call' }): boolean {
  if (e.name === undefined) return false;
  const p = primitive(e.name);
  if (p) return /^(grace-period|flush-callbacks)/.test(p.role) || p.class === 'srcu';
  if (/rcu|sync|wait|flush|quiesce/.test(e.name)) return true;
  const s = sleepOf(input, e, f);
  if (s && primitive(s.primitive)?.role === 'grace-period') return true;
  return bodiesOf(input, e.name, f.file).some(g =>
    [...g.analysis.calls].some(c => /rcu|synchronize/.test(c) && primitive(c)?.role !== 'load'),
  );
}

function removalsOf(f: FunctionFacts): readonly Removal[] {
  return remember(f.analysis, 'removals', () => {
    const { text, flow, events, locals } = f.analysis;
    if (
      ![...f.analysis.calls].some(c =>
        /^(h?list_(nulls_)?del\w*_rcu|rcu_assign_pointer|RCU_INIT_POINTER|rcu_replace_pointer)$/.test(c),
      )
    )
      return [];
    const found: Removal[] = [];
    for (const point of flow.points)
      for (const event of events(point)) {
        if (event.kind !== 'call' || event.name === undefined) continue;
        const target = event.args[0];
        if (!target) continue;
        if (/^h?list_del(_init)?_rcu$/.test(event.name)) {
          const m = /^(\w+)->([\w.]+)$/.exec(spelling(text, pointee(text, target)));
          if (m?.[1] && m[2] && locals.types.has(m[1]))
            found.push({ object: m[1], field: m[2], point, event, how: 'list' });
          continue;
        }
        if (!/^(rcu_assign_pointer|RCU_INIT_POINTER|rcu_replace_pointer)$/.test(event.name)) continue;
        // The local that was read from the pointer before, once.
        const place = spelling(text, bare(text, target));
        const old = [...locals.aliases].find(
          ([name, value]) => spelling(text, readObject(text, value)) === place && locals.types.has(name),
        );
        const replaced = events(point).find(
          e => e.kind === 'assign' && e.right && bare(text, e.right) === event.node,
        );
        const object =
          replaced?.kind === 'assign' && replaced.left.kind === 'identifier'
            ? text.slice(replaced.left.start, replaced.left.end)
            : old?.[0];
        const field = /(?:->|\.)(\w+)$/.exec(place)?.[1];
        if (object !== undefined && field !== undefined)
          found.push({ object, field, point, event, how: 'pointer' });
      }
    return found;
  });
}

/**
 * A function of the file (or of another open one) that reads such objects inside a reader of its own. Others may run under the
 * updater's lock only.
 */
function readersOf(f: FunctionFacts, input: CheckInput, removal: Removal): readonly Related[] {
  const names =
    removal.how === 'list'
      ? /^h?list_(nulls_)?(for_each_entry(_continue|_from)?_rcu(_bh)?|first_or_null_rcu|entry_rcu)$/
      : /^rcu_dereference(_bh|_check)?$/;
  for (const g of input.survey.functions) {
    if (isSame(g, f) || (removal.how === 'pointer' && ![...g.analysis.calls].some(c => names.test(c))))
      continue;
    if (![...g.analysis.calls].some(c => names.test(c))) continue;
    const { text, node } = g.analysis;
    let hit: { start: number; end: number } | undefined;
    walk(node, n => {
      if (hit) return false;
      if (n.kind === 'macro_loop' && names.test(n.name ?? '')) {
        const args = n.children.find(c => c.field === 'arguments');
        if (args && endsWith(text.slice(args.start, args.end), removal.field)) hit = args;
      } else if (n.kind === 'call_expression' && names.test(callee(text, n) ?? '')) {
        const first = callArguments(n)[0];
        if (first && new RegExp(`\\b${removal.field.split('.').at(-1) ?? ''}$`).test(spelling(text, first)))
          hit = n;
      }
      return true;
    });
    if (hit && inReader(g, input, hit))
      return [{ span: spanOf(g, hit), message: `${g.name}() reads it as an RCU reader` }];
  }
  return [];
}

function inReader(g: FunctionFacts, input: CheckInput, at: { start: number; end: number }): boolean {
  const around = g.analysis.flow.points.filter(
    p => p.node && p.node.start <= at.end && at.start <= p.node.end,
  );
  const sections = input.survey.sections(g);
  return around.some(p => openAt(sections, p).may.some(isReader));
}

function endsWith(args: string, field: string): boolean {
  return args
    .replace(/[()\s]/g, '')
    .split(',')
    .includes(field);
}
