/**
 * What the functions that a function calls do, asked of their bodies: whether every way through one sleeps, whether one
 * may end a section of its caller. A name with several bodies (`#if` variants, or the same name in several files) does
 * what all of them do.
 */
import type { FunctionFacts } from '../functions';
import type { Event } from '../sections/events';
import { bare, textOf } from '../expression';
import { exitsFrom } from '../sections/paths';
import { primitive, type Primitive } from '../primitives';
import { perInput, type CheckInput } from './input';

/** Calls deeper than this are not looked into. */
const DEEPEST = 4;

/** Bodies of a name as `from` sees it. */
export function bodiesOf(input: CheckInput, name: string, from: string): readonly FunctionFacts[] {
  const known = memo(input).bodies;
  const key = `${name} ${from}`;
  let found = known.get(key);
  if (!found) {
    const near = input.survey.find(name);
    found = near?.analysis.body && near.file === from ? [near] : input.corpus.functions(name, from);
    if (found.length === 0 && near?.analysis.body) found = [near];
    // A macro of that name may be what is meant, and the function another driver's.
    if (found.length > 0 && found.every(g => g.file !== from) && input.corpus.macros(name, from).length > 0)
      found = [];
    known.set(key, found);
  }
  return found;
}

const memo = perInput(() => ({
  bodies: new Map<string, readonly FunctionFacts[]>(),
  sleeps: new Map<string, Sleeper | undefined>(),
  ends: new Map<string, boolean>(),
}));

/** Why a call sleeps: the primitive, and the functions on the way to it, outermost first. */
export interface Sleeper {
  readonly primitive: string;
  readonly chain: readonly string[];
  readonly graceless: boolean;
}

/** Roles whose calls are points where the kernel itself would complain (might_sleep()). */
const sleeping: ReadonlySet<string> = new Set([
  'begin',
  'begin-shared',
  'try-zero',
  'try-zero-shared',
  'sleep',
  'wait',
  'may-sleep',
  'grace-period',
  'flush-callbacks',
  'flush',
  'cancel-wait',
  'thread-join',
]);

/** These drop the lock that they are called under. */
const dropping = /^(wait_event_.*(lock_irq|locked|cmd)|cond_resched_|schedule_preempt_disabled)/;

/** Whether a call of a primitive may sleep whatever else is so; an allocation if its flags say so in this place. */
function sleepsHere(p: Primitive, e: Event & { kind: 'call' }, text: string): boolean {
  if (dropping.test(p.name)) return false;
  if (p.name === 'might_sleep_if') return false;
  if (p.maySleep === 'yes') return sleeping.has(p.role) || p.role === 'grace-period-free';
  if (p.maySleep !== 'gfp') return false;
  const words = e.args.map(a => textOf(text, bare(text, a)));
  return words.some(w => /^(GFP_KERNEL|GFP_USER|GFP_KERNEL_ACCOUNT)( \| __GFP_\w+)*$/.test(w));
}

/** Why a call always comes to a point that may sleep; undefined if it may not, or that is not known. */
export function sleepOf(input: CheckInput, e: Event, f: FunctionFacts, depth = 0): Sleeper | undefined {
  if (e.kind !== 'call' || e.name === undefined) return undefined;
  const p = primitive(e.name);
  if (p)
    return sleepsHere(p, e, f.analysis.text)
      ? { primitive: p.name, chain: [], graceless: p.role !== 'grace-period' }
      : undefined;
  if (depth >= DEEPEST || /^(__)?(might_|assert|lockdep_|trace_)/.test(e.name)) return undefined;
  const { sleeps } = memo(input);
  const key = `${e.name} ${f.file}`;
  if (sleeps.has(key)) return sleeps.get(key);
  // A function that calls itself does not sleep by that.
  sleeps.set(key, undefined);
  const bodies = bodiesOf(input, e.name, f.file);
  let answer: Sleeper | undefined;
  for (const [i, g] of bodies.entries()) {
    const mine = alwaysSleeps(input, g, depth + 1);
    if (!mine) {
      answer = undefined;
      break;
    }
    if (i === 0) answer = { ...mine, chain: [e.name, ...mine.chain] };
  }
  sleeps.set(key, answer);
  return answer;
}

/** Whether every way through a function comes to a point that may sleep. */
function alwaysSleeps(input: CheckInput, g: FunctionFacts, depth: number): Sleeper | undefined {
  if (!g.analysis.body || g.analysis.calls.size === 0) return undefined;
  let first: Sleeper | undefined;
  const sections = input.survey.sections(g);
  const exits = exitsFrom(g, { point: g.analysis.flow.entry }, (e, p) => {
    const s = sleepOf(input, e, g, depth);
    if (!s) return false;
    // What it drops first (its caller's lock) it may sleep without.
    if (sections?.strayEnds.some(x => x.point !== p.id)) return false;
    first ??= s;
    return true;
  });
  return exits.length === 0 ? first : undefined;
}

/** Whether calling a name may end a section of a class of primitives (`spinlock`, `rcu`): its text says so, or is not known. */
export function mayEnd(
  input: CheckInput,
  name: string,
  from: string,
  classes: ReadonlySet<string>,
  depth = 0,
): boolean {
  const p = primitive(name);
  if (p) return classes.has(p.class) && p.role.startsWith('end');
  if (depth >= 3) return false;
  const known = memo(input).ends;
  const key = `${name} ${from} ${[...classes].join()}`;
  const old = known.get(key);
  if (old !== undefined) return old;
  known.set(key, false);
  const bodies = bodiesOf(input, name, from);
  const answer =
    bodies.length === 0
      ? /unlock|release|relse|_exit|_end|_stop|_done|finish|abort/.test(name)
      : bodies.some(g => {
          const s = input.survey.sections(g);
          if (s && s.strayEnds.length > 0) return true;
          return [...g.analysis.calls].some(
            c => !primitive(c) && mayEnd(input, c, g.file, classes, depth + 1),
          );
        });
  known.set(key, answer);
  return answer;
}

/** Whether calling a name may leave a section open that was not open before: it says so, or some way through it does. */
export function mayBegin(input: CheckInput, name: string, from: string, depth = 0): boolean {
  if (primitive(name) || depth >= 3) return false;
  if (input.survey.wrapper(name, from)) return true;
  return bodiesOf(input, name, from).some(g => {
    const { text, node, body } = g.analysis;
    if (body && /__acquires?\b/.test(text.slice(node.start, body.start))) return true;
    if (input.survey.sections(g)?.atExit.size) return true;
    return [...g.analysis.calls].some(c => mayBegin(input, c, g.file, depth + 1));
  });
}
