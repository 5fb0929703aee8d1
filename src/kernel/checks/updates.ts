/**
 * Who changes an RCU pointer, and under which locks: a lock around a reader protects it only if updates of that pointer
 * take it as well.
 */
import type { FunctionFacts } from '../functions';
import { pathOf, keyOfPath, sameKey } from '../places';
import type { Node } from '../../syntax/node';
import { walk } from '../../syntax/node';
import { callArguments, callee } from '../expression';
import { lastField } from '../sections/regions';
import { meanings, type SectionKind } from '../sections/sections';
import { perInput, type CheckInput } from './input';
import { setsUp } from './lifetime';

/** A lock as sections and situations name it. */
export interface Lock {
  readonly kind: SectionKind;
  readonly lock?: string;
}

interface Update {
  readonly f: FunctionFacts;
  readonly point: number;
}

/** Mentions of the pointer's field that are looked at, and functions that are parsed for it. */
const MOST_MENTIONS = 300;
const MOST_UPDATES = 8;

const updating =
  /\b(?:rcu_assign_pointer|RCU_INIT_POINTER|rcu_replace_pointer|rcu_swap_protected|xchg|cmpxchg|h?list_(?:add|del|replace)\w*_rcu)\s*\(/;

const known = perInput(() => new Map<string, readonly Update[]>());

/** The changes of the pointer `place` of `f`, nearest first, as far as they are looked for. */
function updatesOf(input: CheckInput, f: FunctionFacts, place: Node): readonly Update[] {
  const path = pathOf(f.analysis.text, place, f.analysis.locals);
  const key = keyOfPath(path, input.types);
  const field = /\w+$/.exec(path.fields.at(-1) ?? path.root)?.[0];
  if (key === undefined || field === undefined) return [];
  const memo = known(input);
  const name = `${key} ${f.file}`;
  let found = memo.get(name);
  if (!found) memo.set(name, (found = search(input, f.file, key, field)));
  return found;
}

function search(input: CheckInput, from: string, key: string, field: string): readonly Update[] {
  const found: Update[] = [];
  const near = new RegExp(`${updating.source}[^;]*\\b${field}\\b`);
  let mentions = 0;
  for (const m of input.corpus.mentions(field, from)) {
    if (++mentions > MOST_MENTIONS || found.length >= MOST_UPDATES) break;
    if (m.kind !== 'function' || !near.test(m.source.text.slice(m.item.start, m.item.end))) continue;
    const { facts } = m;
    const { text, flow, locals } = facts.analysis;
    for (const p of flow.points) {
      let isHit = false;
      if (p.node)
        walk(p.node, n => {
          if (n.kind !== 'call_expression' || !updating.test(`${callee(text, n) ?? ''}(`)) return !isHit;
          for (const a of callArguments(n)) {
            const other = keyOfPath(pathOf(text, a, locals), input.types);
            if (other !== undefined && sameKey(other, key)) isHit = true;
          }
          return !isHit;
        });
      if (isHit) found.push({ f: facts, point: p.id });
    }
  }
  return found;
}

/** Whether two locks may be one: of a kind, and the same member. */
export function isSameLock(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind) return false;
  return a.lock === undefined || b.lock === undefined || lastField(a.lock) === lastField(b.lock);
}

/**
 * Whether a lock may be what keeps the pointer `place` of `f` from changing: some update has it too, or no update tells what
 * it is under.
 */
export function protects(input: CheckInput, f: FunctionFacts, place: Node, lock: Lock): boolean {
  const { group, atomic, implicitReader } = meanings[lock.kind];
  if (group !== 'lock' || atomic || implicitReader !== undefined) return true;
  let isKnown = false;
  for (const u of updatesOf(input, f, place)) {
    const held = input.entries.at(u.f, u.point).locks.filter(l => l.held.value !== 'no');
    if (held.some(l => isSameLock(l, lock))) return true;
    if (held.length > 0) isKnown = true;
    else if (!setsUp.test(u.f.name)) return true;
  }
  return !isKnown;
}
