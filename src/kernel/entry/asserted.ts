/**
 * What a function's text says of the place it runs in: `ASSERT_RTNL()`, `lockdep_assert_held(&q->lock)`,
 * `WARN_ON_ONCE(!in_softirq())`, `might_sleep()`, `__must_hold(lock)`, `rcu_dereference_protected(p, lockdep_is_held(…))`.
 * A call that sleeps in any case says as much as might_sleep() does, but less plainly: it counts where callers are not
 * known.
 *
 * Left out: assertions in a condition with `||`, which hold only together.
 */
import type { Node } from '../../syntax/node';
import type { Answer, Aspect } from './answers';
import { fold, placeText, spelling } from '../expression';
import { reachable } from '../sections/flow';
import { remember, spanOf, type FunctionFacts } from '../functions';
import { keyOfPath, pathOf, type Types } from '../places';
import { pointee } from '../expression';
import { primitive } from '../primitives';
import { kindOfLockType, tidyLock, type SectionKind } from '../sections/sections';

export interface Assertion {
  /** The point; the entry for one that stands in the function's head. */
  readonly point: number;
  readonly aspects: Readonly<Partial<Record<Aspect, Answer>>>;
  readonly lock?: { readonly lock: string; readonly kind: SectionKind; readonly shared?: true };
  /** `ASSERT_RTNL()`. */
  readonly words: string;
  /** Offset in the file. */
  readonly start: number;
  /** Holds at the entry only: the function ends it itself. */
  readonly releases?: true;
  /** It only follows from what the function does. */
  readonly weak?: true;
}

type Aspects = Assertion['aspects'];

const atomic: Aspects = { reader: 'yes', maySleep: 'no' };
const inReader: Aspects = { reader: 'yes', maySleep: 'no' };
const bhOff: Aspects = { ...atomic, bhOff: 'yes' };
const irqsOff: Aspects = { ...bhOff, irqOff: 'yes' };
const mayBlock: Aspects = { reader: 'no', bhOff: 'no', irqOff: 'no', maySleep: 'yes' };

/** Functions that assert by being called. */
const calls: ReadonlyMap<string, Aspects> = new Map<string, Aspects>([
  ['lockdep_assert_irqs_disabled', irqsOff],
  ['lockdep_assert_irqs_enabled', { irqOff: 'no' }],
  ['lockdep_assert_preemption_disabled', atomic],
  ['lockdep_assert_in_softirq', bhOff],
  ['lockdep_assert_in_irq', irqsOff],
  ['lockdep_assert_bh_disabled', bhOff],
  ['lockdep_assert_rq_held', irqsOff],
  ['might_sleep', mayBlock],
]);

/** Questions inside WARN_ON(!…) and BUG_ON(!…): what their being true means. */
const questions: readonly (readonly [RegExp, Aspects])[] = [
  [/^in_softirq\(\)$|^softirq_count\(\)$/, bhOff],
  [/^in_serving_softirq\(\)$/, bhOff],
  [/^irqs_disabled\(\)$/, irqsOff],
  [/^in_hardirq\(\)$|^in_irq\(\)$/, irqsOff],
  [/^in_atomic\(\)$/, atomic],
  [/^in_interrupt\(\)$/, bhOff],
  [/^rcu_read_lock_held\(\)$|^rcu_read_lock_any_held\(\)$|^rcu_read_lock_sched_held\(\)$/, inReader],
  [/^rcu_read_lock_bh_held\(\)$/, bhOff],
  [/^preemptible\(\)$/, mayBlock],
];

/** The same questions answered with no. */
const denials: readonly (readonly [RegExp, Aspects])[] = [
  [/^in_interrupt\(\)$/, { bhOff: 'no' }],
  [/^irqs_disabled\(\)$/, { irqOff: 'no' }],
  [/^in_atomic\(\)$/, mayBlock],
  [/^preemptible\(\)$/, atomic],
  [/^in_hardirq\(\)$|^in_irq\(\)$/, { irqOff: 'no' }],
];

/** Functions of the core whose callers are on the other side of an interrupt: what their documentation promises. */
const contracts: ReadonlyMap<string, Aspects> = new Map<string, Aspects>(
  [
    'handle_irq_event __handle_irq_event_percpu handle_irq_event_percpu generic_handle_irq_desc',
    'generic_handle_irq generic_handle_domain_irq generic_handle_arch_irq handle_simple_irq handle_level_irq',
    'handle_fasteoi_irq handle_edge_irq handle_percpu_irq handle_percpu_devid_irq handle_untracked_irq',
    'legacy_timer_tick update_process_times scheduler_tick rcu_sched_clock_irq irq_enter irq_enter_rcu irq_exit',
    'irq_exit_rcu hrtimer_run_queues run_local_timers profile_tick account_process_tick',
  ]
    .join(' ')
    .split(' ')
    .map(name => [name, irqsOff] as const),
);

const warners =
  /^(?:WARN_ON|WARN_ON_ONCE|WARN|WARN_ONCE|BUG_ON|DEBUG_NET_WARN_ON_ONCE|VM_BUG_ON|DEBUG_LOCKS_WARN_ON|RCU_LOCKDEP_WARN|lockdep_assert)$/;
const heldCalls =
  /^(?:lockdep_assert_held(?:_write|_read|_exclusive|_once)?|assert_spin_locked|assert_raw_spin_locked|lockdep_is_held|lockdep_is_held_type)$/;

/** `fileText` gives the text of the function's file: what its macros define has no declaration. */
export function assertionsOf(f: FunctionFacts, types: Types, fileText: () => string): readonly Assertion[] {
  return remember(f.analysis, 'assertions', () => find(f, types, fileText));
}

function find(f: FunctionFacts, types: Types, fileText: () => string): readonly Assertion[] {
  const { text, flow, events, locals, body } = f.analysis;
  const found: Assertion[] = [];
  for (const p of flow.points)
    for (const e of events(p)) {
      if (e.kind !== 'call' || e.name === undefined) continue;
      const add = (rest: Pick<Assertion, 'aspects' | 'lock' | 'weak'>): void => {
        const words = text.slice(e.node.start, e.node.end).replace(/\s+/g, ' ');
        found.push({
          point: p.id,
          words: words.length > 70 ? `${e.name ?? ''}(…)` : words,
          start: spanOf(f, e.node).start,
          ...rest,
        });
      };
      const { name, args } = e;
      const direct = calls.get(name);
      if (direct) add({ aspects: direct });
      else if (name === 'ASSERT_RTNL' || name === 'ASSERT_RTNL_NET' || name === 'rtnl_dereference')
        add({ aspects: {}, lock: { lock: 'rtnl_mutex', kind: 'rtnl' } });
      else if (heldCalls.test(name) && name.startsWith('lockdep_is') === false && args[0]) {
        const lock = lockOf(args[0], /_read$/.test(name));
        add(ofLock(lock));
      } else if (warners.test(name) && args[0]) {
        // WARN_ON(!held) warns if it is true, lockdep_assert(held) if it is not.
        const condition = spelling(text, args[0]);
        for (const term of terms(condition, name === 'lockdep_assert')) {
          const yes = name === 'lockdep_assert' ? term.positive : !term.positive;
          const lock = heldIn(term.text);
          if (lock && yes) add(ofLock(lock));
          const list = yes ? questions : denials;
          const meaning = list.find(([q]) => q.test(term.text))?.[1];
          if (meaning) add({ aspects: meaning });
        }
      } else if (name === 'rcu_dereference_protected' && args[1]) {
        for (const term of terms(spelling(text, args[1]), true)) {
          const lock = term.positive ? heldIn(term.text) : undefined;
          if (lock) add(ofLock(lock));
        }
      } else if (sleepsAnyway(text, name, args)) add({ aspects: mayBlock, weak: true });
      else {
        const irqsOn = needsInterrupts(name);
        if (irqsOn) add({ aspects: irqsOn, weak: true });
      }
    }
  const contract = contracts.get(f.name);
  if (contract && f.item.kind === 'function')
    found.push({
      point: flow.entry,
      aspects: contract,
      words: 'the interrupt core, which calls it,',
      start: f.item.start,
    });
  const head = text.slice(f.analysis.node.start, body?.start ?? f.analysis.node.end);
  for (const m of head.matchAll(
    /__(must_hold|releases)\s*\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*)\)/g,
  )) {
    const what = (m[2] ?? '').trim();
    const words = m[0];
    const start = f.item.start;
    const releases = m[1] === 'releases' ? ({ releases: true } as const) : {};
    const common = { point: flow.entry, words, start, ...releases };
    if (/^rcu\w*$/i.test(what)) found.push({ ...common, aspects: inReader });
    else if (what === 'bh' || what === 'BH') found.push({ ...common, aspects: bhOff });
    else {
      const lock = tidyLock(fold(what.replace(/^&/, ''))).replace(/^\((\w+)\)(?=->|\.)/, '$1');
      found.push({ ...common, ...ofLock({ lock, ...kindOf(lock) }) });
    }
  }
  return found;

  function kindOf(lock: string): Kind {
    const path = /^(\w+)((?:(?:->|\.)\w+)*)$/.exec(lock);
    const root = path?.[1];
    const fields = (path?.[2] ?? '').split(/->|\./).filter(Boolean);
    let type = root === undefined ? undefined : (locals.types.get(root) ?? types.globalType(root));
    for (const field of fields) type = type ? types.fieldType(type, field) : undefined;
    return kindBy(type, lock);
  }

  function kindBy(type: string | undefined, lock: string): Kind {
    const kind =
      (type === undefined ? undefined : kindOfLockType[type]) ?? kindByDefinition(fileText(), lock);
    return kind ? { kind } : { kind: kindByName(lock), guessed: true };
  }

  function lockOf(argument: Node, shared: boolean): Lock & Kind {
    const lock = placeText(text, argument).replace(/^\*(?=\w)/, '');
    const path = pathOf(text, pointee(text, argument), locals);
    const key = keyOfPath(path, types);
    let type: string | undefined;
    if (path.fields.length === 0) type = path.type ?? types.globalType(path.root);
    else if (key !== undefined) {
      const dot = key.indexOf('.');
      type = types.fieldType(key.slice(0, dot), key.slice(dot + 1));
    }
    return { lock, ...kindBy(type, lock), ...(shared && { shared: true }) };
  }

  function heldIn(term: string): (Lock & Kind) | undefined {
    if (/^lockdep_rtnl_is_held\(\)$|^rtnl_is_locked\(\)$/.test(term))
      return { lock: 'rtnl_mutex', kind: 'rtnl' };
    const m = /^(?:lockdep_is_held|mutex_is_locked|spin_is_locked|rwsem_is_locked)\((.*)\)$/.exec(term);
    if (!m?.[1]) {
      const sock = /^(?:lockdep_sock_is_held|sock_owned_by_me)\((.*)\)$/.exec(term);
      return sock?.[1] ? { lock: socketLock(sock[1]), kind: 'socket' } : undefined;
    }
    const lock = m[1].replace(/^&/, '').replace(/^\((.*)\)$/, '$1');
    return { lock, ...(term.startsWith('mutex') ? { kind: 'mutex' } : kindOf(lock)) };
  }
}

/** `sk->sk_lock` of `sk`, `sk.sk_lock` of `&sk`. */
function socketLock(sock: string): string {
  return sock.startsWith('&') ? `${sock.slice(1)}.sk_lock` : `${sock}->sk_lock`;
}

/** Conjuncts (what must all hold for the whole to be true, or, for a warning, disjuncts) of a condition. */
function terms(condition: string, all: boolean): readonly { text: string; positive: boolean }[] {
  // A warning on `a || b` denies both; an assertion of `a && b` has both.
  const operator = all ? '&&' : '||';
  const other = all ? '||' : '&&';
  if (condition.includes(other)) return [];
  return condition.split(operator).map(part => {
    let t = part.trim();
    let positive = true;
    while (t.startsWith('!')) {
      t = t.slice(1).trim();
      positive = !positive;
    }
    return { text: t.replace(/^\((.*)\)$/, '$1').replace(/\s+/g, ''), positive };
  });
}

/** Locks that a file defines by a macro have no declaration that says their type. */
const definers: readonly (readonly [RegExp, SectionKind])[] = [
  [/^DEFINE_SPINLOCK$/, 'spin'],
  [/^DEFINE_RAW_SPINLOCK$/, 'raw-spin'],
  [/^DEFINE_RWLOCK$/, 'rwlock'],
  [/^DEFINE_SEQLOCK$/, 'seqlock'],
  [/^DEFINE_(?:RT_)?MUTEX$/, 'mutex'],
  [/^DECLARE_RWSEM$|^DEFINE_STATIC_PERCPU_RWSEM$/, 'rwsem'],
  [/^DEFINE_SEMAPHORE$/, 'semaphore'],
];

/** The kind of a lock that `DEFINE_MUTEX(lock)` or its like makes in this file. */
function kindByDefinition(text: string, lock: string): SectionKind | undefined {
  if (!/^\w+$/.test(lock)) return undefined;
  const macro = new RegExp(`\\b(D\\w+)\\s*\\(\\s*${lock}\\s*[,)]`).exec(text)?.[1];
  return macro === undefined ? undefined : definers.find(([d]) => d.test(macro))?.[1];
}

/** The kind by what a lock is called: a last guess. */
function kindByName(lock: string): SectionKind {
  if (/rtnl_mutex$/.test(lock)) return 'rtnl';
  if (/mutex|mtx/.test(lock)) return 'mutex';
  if (/rwsem|_sem$/.test(lock)) return 'rwsem';
  return 'spin';
}

interface Kind {
  readonly kind: SectionKind;
  /** By its name alone: it may as well be one that sleeps. */
  readonly guessed?: true;
}

type Lock = Exclude<Assertion['lock'], undefined>;

function ofLock({ guessed, ...lock }: Lock & Kind): Pick<Assertion, 'aspects' | 'lock'> {
  return { aspects: guessed ? {} : aspectsOfLock(lock.kind), lock };
}

function aspectsOfLock(kind: SectionKind): Aspects {
  return kind === 'spin' || kind === 'raw-spin' || kind === 'rwlock' || kind === 'seqlock' ? atomic : {};
}

/** Their taking it may sleep, but what they return with may be a spinlock. */
const sleepsOnSomePaths = new Set(['lock_sock_fast', 'lock_sock_fast_nested']);

/** A call that may sleep whatever its arguments. */
function sleepsAnyway(text: string, name: string, args: readonly Node[]): boolean {
  const p = primitive(name);
  if (sleepsOnSomePaths.has(name)) return true;
  if (p?.maySleep === 'gfp')
    return args.some(a => /\bGFP_(?:KERNEL|USER|HIGHUSER|KERNEL_ACCOUNT)\b/.test(text.slice(a.start, a.end)));
  // put_user() and its like are called with page faults off, too.
  return p?.maySleep === 'yes' && p.role !== 'fault' && p.role !== 'end' && p.role !== 'end-shared';
}

/**
 * local_bh_enable() and what ends in it must not be called with interrupts off; spin_unlock_irq() turns them on whatever
 * they were, so that nobody calls it who had them off.
 */
function needsInterrupts(name: string): Aspects | undefined {
  const p = primitive(name);
  if (!p || (p.role !== 'begin' && p.role !== 'begin-shared')) return undefined;
  return p.switches === 'bh' || p.switches === 'irq' ? { irqOff: 'no' } : undefined;
}

/** Whether every way from the entry to `to` passes the point `by`. */
export function dominates(f: FunctionFacts, by: number, to: number): boolean {
  if (by === to) return true;
  const { flow } = f.analysis;
  if (by === flow.entry) return true;
  return !reachable(flow, [{ to: flow.entry }], p => p.id === by).has(to);
}
