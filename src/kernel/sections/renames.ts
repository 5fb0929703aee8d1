/**
 * One object under two names. A lock that was taken as `dentry->d_lock` is `parent->d_lock` once `parent = dentry` was done,
 * and where `if (tmp != wb)` is left with "equal" both names mean the same lock. Only names that locks of the function hang
 * on are followed.
 */
import { child, type Node } from '../../syntax/node';
import type { Event } from './events';
import { bare, operatorOf } from '../expression';
import type { Flow, Point } from './flow';
import type { Effect } from './sections';

/** From here on (of a test: where it comes out as `when`) what hung on `from` hangs on `to`. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly when?: boolean;
}

/** The local that a lock hangs on: `dev` of `dev->lock`. */
function rootOf(lock: string | undefined): string | undefined {
  return lock === undefined ? undefined : /^([A-Za-z_]\w*)(?:->|$)/.exec(lock)?.[1];
}

/** The renames of a flow by point; an assignment's stands at its event. */
export interface Renames {
  atEvent(e: Event): Rename | undefined;
  atTest(p: Point): Rename | undefined;
}

/** `effects`: all that the function begins, ends or has open at its entry. */
export function renamesOf(
  text: string,
  flow: Flow,
  events: (point: Point) => readonly Event[],
  effects: readonly Effect[],
): Renames | undefined {
  const roots = new Set<string>();
  for (const e of effects) {
    const root = rootOf(e.lock);
    if (root !== undefined) roots.add(root);
  }
  if (roots.size < 2) return undefined;
  const nameOf = (n: Node | undefined): string | undefined => {
    const inner = n && bare(text, n);
    if (inner?.kind !== 'identifier') return undefined;
    const name = text.slice(inner.start, inner.end);
    return roots.has(name) ? name : undefined;
  };
  const assigned = new Set<string>();
  for (const p of flow.points)
    if (p.kind !== 'leave')
      for (const e of events(p)) {
        const name = e.kind === 'assign' ? nameOf(e.left) : undefined;
        if (name !== undefined) assigned.add(name);
      }
  return {
    atEvent(e) {
      if (e.kind !== 'assign' || e.operator !== '=') return undefined;
      const to = nameOf(e.left);
      const from = to === undefined ? undefined : nameOf(e.right);
      return to === undefined || from === undefined || from === to ? undefined : { from, to };
    },
    atTest(p) {
      const test = p.kind === 'test' && p.node ? bare(text, p.node) : undefined;
      if (test?.kind !== 'binary_expression') return undefined;
      const operator = operatorOf(text, test);
      if (operator !== '==' && operator !== '!=') return undefined;
      const a = nameOf(child(test, 'left'));
      const b = nameOf(child(test, 'right'));
      if (a === undefined || b === undefined || assigned.has(a) === assigned.has(b)) return undefined;
      const [from, to] = assigned.has(a) ? [a, b] : [b, a];
      return { from, to, when: operator === '==' };
    },
  };
}

/** The key of a section under the other name, if that is one that the function knows. */
export function renamedKey(key: string, { from, to }: Rename, known: ReadonlySet<string>): string {
  const blank = key.indexOf(' ');
  if (blank < 0 || rootOf(key.slice(blank + 1)) !== from) return key;
  const other = `${key.slice(0, blank)} ${to}${key.slice(blank + 1 + from.length)}`;
  return known.has(other) ? other : key;
}

/** Whether a lock, once the pointer is NULL, hangs on nothing. */
export function hangsOn(lock: string | undefined, pointer: string): boolean {
  return lock !== undefined && (lock === pointer || lock.startsWith(`${pointer}->`));
}
