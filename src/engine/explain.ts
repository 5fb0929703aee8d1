/**
 * Why a stuck thread can never go on: what it waits for, and for every place in the source that could give it, why that
 * place is out of reach. Made from the stuck state, the schedule that led there, and what the search saw each place do.
 */
import type { Instruction, Operand, Program } from '../ir/program';
import { sizeOf } from '../ir/value';
import { changes, effectKey } from './effects';
import { shapeOf, type Machine } from './machine';
import { cellName, fieldOf, showValue, threadName } from './names';
import { createReach, type Reach } from './reach';
import type { Recorded } from './record';
import type { Waiter } from './report';
import type { Span } from '../base/span';
import { isRequired } from './rest';
import type { Need } from './spin';
import { framesOf, nowhere } from './trace';
import type { Wait } from './waits';
import { parkedOperation } from './waits';

/** A place that could end the wait. */
interface Place {
  readonly function: number;
  readonly pc: number;
  readonly site: number;
}

/** Places that were seen to make the change, or would if they were ever reached. */
export function placesFor(m: Machine, need: Need): readonly Place[] {
  const list: Place[] = [];
  const sites = new Set<number>();
  eachInstruction(m.program, (i, f, pc) => {
    if (sites.has(i.site) || !isWrite(i)) return;
    const seen = m.effects.get(i.site);
    const effect = seen?.get(effectKey(need.object, need.cell));
    const wouldDo = effect ? changes(effect, need.bit) : seen === undefined && couldChange(m, i, f, pc, need);
    if (!wouldDo) return;
    sites.add(i.site);
    list.push({ function: f, pc, site: i.site });
  });
  return list;
}

function eachInstruction(program: Program, visit: (i: Instruction, f: number, pc: number) => void): void {
  program.functions.forEach((f, index) => {
    f.body.forEach((i, pc) => {
      visit(i, index, pc);
    });
  });
}

function isWrite(i: Instruction): boolean {
  return ['store', 'rmw', 'cmpxchg', 'fill', 'move', 'sync'].includes(i.op);
}

/**
 * Never executed, so only its text speaks: the address names the cell (or has its offset, as `p->member` has), and the
 * value written is not the one that is there, or would change the bit.
 */
function couldChange(m: Machine, i: Instruction, f: number, pc: number, need: Need): boolean {
  if (i.op !== 'store' && i.op !== 'rmw' && i.op !== 'cmpxchg') return false;
  if (!mayAddress(m, i.address, f, pc, need, sizeOf(i.type))) return false;
  if (i.value.kind !== 'constant') return i.value.kind === 'register';
  const value = BigInt.asUintN(64, BigInt(i.value.value));
  if (!need.bit) return i.op !== 'store' || BigInt.asUintN(64, BigInt(need.value)) !== value;
  const has = ((value >> BigInt(need.bit.number)) & 1n) === 1n;
  const sets = need.bit.until === 'set';
  if (i.op !== 'rmw' || i.operator === 'xchg') return has === sets;
  if (sets) return (i.operator === 'or' || i.operator === 'xor') && has;
  return ((i.operator === 'andnot' || i.operator === 'xor') && has) || (i.operator === 'and' && !has);
}

/** Whether the operand may be the cell's address, as far as the text says. */
function mayAddress(m: Machine, o: Operand, f: number, pc: number, need: Need, size: number): boolean {
  const cell = shapeOf(m, need.object).cells[need.cell];
  if (!cell || cell.size !== size) return false;
  if (o.kind === 'object') return o.object === need.object && o.offset === cell.offset;
  if (o.kind !== 'register') return false;
  for (let at = pc - 1; at >= 0; at--) {
    const before = m.program.functions[f]?.body[at];
    if (!before || !('to' in before) || before.to !== o.register) continue;
    if (before.op === 'binary' && before.operator === 'add' && before.right.kind === 'constant')
      return before.right.value === cell.offset;
    break;
  }
  return false;
}

/** Places that wake a thread asleep at that operation: by what the operation waits on. */
function wakePlaces(m: Machine, n: number): readonly Place[] {
  const t = m.threads[n];
  const parked = t && parkedOperation(m, t);
  if (!parked) return [];
  const name = parked.instruction.name;
  const wakers: readonly string[] = name.startsWith('completion')
    ? ['completion.complete', 'completion.all']
    : name === 'task.schedule'
      ? ['task.wake', 'wait.wake']
      : name.startsWith('sem')
        ? ['sem.up']
        : name.startsWith('seq')
          ? ['seq.writeEnd']
          : [];
  const list: Place[] = [];
  const sites = new Set<number>();
  eachInstruction(m.program, (i, f, pc) => {
    if (i.op !== 'sync' || !wakers.includes(i.name) || sites.has(i.site)) return;
    sites.add(i.site);
    list.push({ function: f, pc, site: i.site });
  });
  return list;
}

/**
 * Threads that could still come to such a place: they owe it. The waiter itself is among them only for a semaphore, whose
 * up() behind the wait is the release of a lock: taking it twice is waiting for oneself. A plain store behind a thread's
 * own wait is no such debt.
 */
export function owersOf(m: Machine, n: number, need: Need | undefined): number[] {
  const reach = createReach(m.program);
  const places = need ? placesFor(m, need) : wakePlaces(m, n);
  const waiter = m.threads[n];
  const itself = !need && waiter && parkedOperation(m, waiter)?.instruction.name.startsWith('sem.') === true;
  const list: number[] = [];
  m.threads.forEach((t, k) => {
    if (!t || (k === n && !itself) || t.status === 'done' || t.status === 'idle') return;
    if (places.some(p => reach.threadReaches(t, p.function, p.pc))) list.push(k);
  });
  return list;
}

/** What the thread waits for, in words, and the places that are out of reach. */
export function explainWaiter(
  m: Machine,
  n: number,
  wait: Wait | undefined,
  need: Need | undefined,
  recorded: Recorded,
): Waiter {
  const t = m.threads[n];
  const frames = t ? framesOf(m, t) : [];
  const span = frames[frames.length - 1]?.span ?? nowhere;
  const base = { thread: threadName(m, n), span };
  const reach = createReach(m.program);
  const sites = (places: readonly Place[]): Waiter['sites'] =>
    places.map(p => {
      const s = m.program.sites[p.site];
      const why = outOfReach(m, n, p, reach, recorded);
      return {
        span: s?.span ?? nowhere,
        text: s?.text ?? '',
        function: m.program.functions[p.function]?.name ?? '?',
        reason: inWords(why),
        why,
      };
    });
  if (need) {
    const field = fieldOf(m, need.object, need.cell);
    const cell = cellName(m, need.object, need.cell);
    const bitName = need.bit ? field?.bits?.[need.bit.number] : undefined;
    const done = need.bit?.until === 'set' ? 'set' : 'cleared';
    const waitsFor = need.bit
      ? `${cell} bit ${bitName ?? need.bit.number} to be ${done}`
      : `${cell} to change (it is ${showValue(m, need.value, field)})`;
    return {
      ...base,
      waitsFor,
      cell,
      ...(need.bit
        ? {
            bit: {
              number: need.bit.number,
              until: need.bit.until,
              ...(bitName === undefined ? {} : { name: bitName }),
            },
          }
        : {}),
      sites: sites(placesFor(m, need)),
    };
  }
  if (wait)
    return { ...base, waitsFor: wait.text, sites: wait.givers.length > 0 ? [] : sites(wakePlaces(m, n)) };
  return { ...base, waitsFor: 'the end of a loop that never ends', sites: [] };
}

type Why = Waiter['sites'][number]['why'];

/** Why nobody will execute that place any more. */
function outOfReach(m: Machine, waiter: number, p: Place, reach: Reach, recorded: Recorded): Why {
  return m.threadInfos.flatMap((info, n): Why => {
    const t = m.threads[n];
    const entry =
      info.program === undefined ? (t?.entry ?? -1) : (m.program.threads[info.program]?.entry ?? -1);
    if (entry < 0 || !reach.entryReaches(entry, p.function)) return [];
    if (!t || t.status === 'idle' || info.origin === 'init') return [];
    const turned = (): { turnedAway?: { text: string; span: Span } } => {
      const turnedAway = branchAgainst(m, n, p, reach, recorded);
      return turnedAway ? { turnedAway } : {};
    };
    const thread = info.name;
    if (t.status === 'done' || (t.status === 'ready' && t.begun))
      return [{ thread, state: 'finished', ...turned() }];
    if (!reach.threadReaches(t, p.function, p.pc)) return [{ thread, state: 'past', ...turned() }];
    if (n === waiter) return [{ thread, state: 'behind' }];
    return [{ thread, state: isRequired(info, t) ? 'stuck' : 'elsewhere' }];
  });
}

const words: Readonly<Record<Why[number]['state'], (thread: string) => string>> = {
  finished: thread => `${thread} has finished`,
  past: thread => `${thread} is past it`,
  behind: () => 'it stands behind the wait itself',
  stuck: thread => `${thread} cannot get there: it is stuck itself`,
  elsewhere: thread => `${thread} does not get there`,
};

function inWords(why: Why): string {
  if (why.length === 0) return 'nobody who is left calls it';
  return why
    .map(
      w => words[w.state](w.thread) + (w.turnedAway ? `: it was turned away at '${w.turnedAway.text}'` : ''),
    )
    .join('; ');
}

/** The branch at which the schedule turned the thread away from the place. */
function branchAgainst(
  m: Machine,
  n: number,
  p: Place,
  reach: Reach,
  recorded: Recorded,
): { readonly text: string; readonly span: Span } | undefined {
  const thread = recorded.threads.get(n);
  let targets: readonly { readonly function: number; readonly pc: number }[] = [p];
  for (let level = 0; level < 4 && targets.length > 0; level++) {
    for (let k = recorded.recorder.branches.length - 1; k >= 0; k--) {
      const b = recorded.recorder.branches[k];
      if (!b || b.thread !== thread) continue;
      const target = targets.find(x => x.function === b.function);
      const i = m.program.functions[b.function]?.body[b.pc];
      if (!target || i?.op !== 'branch') continue;
      const [taken, other] = b.taken ? [i.target, i.otherwise] : [i.otherwise, i.target];
      if (reach.inside(b.function, taken).has(target.pc) || !reach.inside(b.function, other).has(target.pc))
        continue;
      const site = m.program.sites[i.site];
      return { text: site?.text ?? '', span: site?.span ?? nowhere };
    }
    const wanted = new Set(targets.map(x => x.function));
    const callers: { function: number; pc: number }[] = [];
    eachInstruction(m.program, (i, f, pc) => {
      if (i.op === 'call' && wanted.has(i.function) && f !== i.function) callers.push({ function: f, pc });
    });
    targets = callers;
  }
  return undefined;
}
