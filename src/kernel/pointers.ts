/**
 * RCU pointers: where they are published, taken back (NULL), and read; by the field they are in.
 */
import type { Node } from '../syntax/node';
import { bare, spelling } from './expression';
import { remember, type Analysis } from './functions';
import { pathOf, type Path } from './places';
import { primitive } from './primitives';
import { zeroness } from './sections/regions';

export type PointerAccessKind = 'publish' | 'unpublish' | 'read' | 'defer' | 'grace-period';

export interface PointerAccess {
  readonly kind: PointerAccessKind;
  /** As written: `dev->npinfo`; the primitive's name for a grace period. */
  readonly pointer: string;
  readonly path?: Path;
  readonly via: string;
  readonly point: number;
  readonly node: Node;
}

/** The accesses to RCU pointers in a function, grace periods and deferred callbacks too, in text order. */
export function pointersOf(a: Analysis): readonly PointerAccess[] {
  return remember(a, 'pointers', () => {
    if (![...a.named].some(name => isRcu(name))) return [];
    const found: PointerAccess[] = [];
    for (const p of a.flow.points)
      for (const e of a.events(p)) {
        if (e.kind !== 'call' || e.name === undefined || !isRcu(e.name)) continue;
        const k = primitive(e.name);
        const kind = k && kindOf(k.role, k.name, e.args[1], a.text);
        if (!kind) continue;
        const place = e.args[0];
        const common = { kind, via: e.name, point: p.id, node: e.node };
        if (kind === 'grace-period' || kind === 'defer' || !place) found.push({ ...common, pointer: e.name });
        else
          found.push({
            ...common,
            pointer: spelling(a.text, bare(a.text, place)),
            path: pathOf(a.text, place, a.locals),
          });
      }
    return found.sort((x, y) => x.node.start - y.node.start);
  });
}

function isRcu(name: string): boolean {
  const c = primitive(name)?.class;
  return c === 'rcu' || c === 'srcu';
}

function kindOf(
  role: string,
  name: string,
  value: Node | undefined,
  text: string,
): PointerAccessKind | undefined {
  if (role === 'store') return value && zeroness(text, value) === false ? 'unpublish' : 'publish';
  if (role === 'load') return 'read';
  if (role === 'grace-period') return 'grace-period';
  if (role === 'defer' || role === 'defer-free' || role === 'grace-period-free') return 'defer';
  return undefined;
}
