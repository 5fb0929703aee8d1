/** The name of a lock on the other side of a call: what the caller calls `dev->lock` is `d->lock` to a callee with `d` for `dev`. */
import type { HeldLock } from './answers';
import { spelling, substitute } from '../expression';
import type { FunctionFacts } from '../functions';
import type { Node } from '../../syntax/node';
import { aliased } from '../places';

/** A caller's locks in terms of the callee's parameters; what no argument leads to keeps its name. */
export function inCallee(
  locks: readonly HeldLock[],
  caller: FunctionFacts,
  args: readonly Node[],
  callee: FunctionFacts,
): readonly HeldLock[] {
  if (locks.length === 0) return locks;
  const { text, locals } = caller.analysis;
  const { parameters } = callee.analysis.locals;
  const places = args.flatMap((a, i) => {
    const parameter = parameters[i];
    if (parameter === undefined) return [];
    const own = spelling(text, a);
    const followed = spelling(text, aliased(text, a, locals));
    return own === followed
      ? [{ parameter, place: own }]
      : [
          { parameter, place: own },
          { parameter, place: followed },
        ];
  });
  return locks.map(l => {
    const lock = isGlobal(l.lock, caller) ? l.lock : renamed(l.lock, places, caller);
    return lock === l.lock ? l : { ...l, lock };
  });
}

function isGlobal(lock: string, caller: FunctionFacts): boolean {
  const root = /^\W*([A-Za-z_]\w*)/.exec(lock)?.[1];
  return root === undefined || !caller.analysis.locals.types.has(root);
}

function renamed(
  lock: string,
  places: readonly { readonly parameter: string; readonly place: string }[],
  caller: FunctionFacts,
): string {
  const candidates = [lock];
  // `q` of `q = &sch->q` leads on.
  const { text, locals } = caller.analysis;
  const root = /^([A-Za-z_]\w*)/.exec(lock)?.[1];
  const alias = root === undefined ? undefined : locals.aliases.get(root);
  if (root !== undefined && alias)
    candidates.push(substitute(lock, [root], [spelling(text, aliased(text, alias, locals))]));
  let best: { text: string; length: number } | undefined;
  for (const name of candidates)
    for (const { parameter, place } of places) {
      const found = inside(name, place, parameter);
      if (found !== undefined && (!best || place.length > best.length))
        best = { text: found, length: place.length };
    }
  return best?.text ?? candidates[candidates.length - 1] ?? lock;
}

/** `name` seen through a parameter that was given `place`. */
function inside(name: string, place: string, parameter: string): string | undefined {
  if (place.startsWith('&')) {
    const object = place.slice(1);
    if (name === object) return parameter;
    if (name.startsWith(`${object}.`)) return `${parameter}->${name.slice(object.length + 1)}`;
    return undefined;
  }
  if (!/^\w/.test(place) || /^\d/.test(place)) return undefined;
  if (name === place) return parameter;
  if (name.startsWith(`${place}->`) || name.startsWith(`${place}.`))
    return parameter + name.slice(place.length);
  return undefined;
}

/** A lock that a table names with `$0` for the first parameter. */
export function inTerms(lock: string, f: FunctionFacts): string {
  return lock.replace(
    /\$(\d)/g,
    (_, i: string) => f.analysis.locals.parameters[Number(i)] ?? `argument ${i}`,
  );
}
