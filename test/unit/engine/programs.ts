/** Random small programs over all kinds of objects. */
import fc from 'fast-check';

const simple = [
  'r0 = load u32 x once',
  'r0 = load u32 y',
  'store u32 x 1',
  'store u32 y r0 once',
  'store u32 z 2',
  'rmw add u32 x 1',
  'r1 = cmpxchg u32 y 0 1',
  'r0 = add i32 r0 1',
  'r0 = choose 2',
  'r0 = unknown i32',
  'r2 = load u64 p once',
  'store u64 p 0 once',
  'r0 = load u32 z',
  'r0 = le u32 r0 2; assert r0 assertion "r0"',
  'rcu.synchronize',
  'yield 0',
  'r3 = allocate item',
  'store u64 p r3 release',
  'unless r2 goto NEXT; r1 = load u32 r2; NEXT: r1 = 0',
  'free r3',
  'rcu.free r3 r3',
  'r2 = load u64 p once; unless r2 goto NEXT; r1 = load u32 r2; NEXT: r1 = 0',
  'r2 = load u64 p; store u64 p 0 once; free r2',
  'r2 = load u64 p; store u64 p 0; rcu.synchronize; free r2',
  'r2 = rmw xchg u64 p 0 full; rcu.free r2 r2',
  'r1 = load u32 y; r1 = ne u32 r1 2; assert r1 assertion "y"',
  'task.setState 0',
  'completion.complete &c',
  'r0 = completion.wait &c -1 0',
  'sem.up &s',
  'sem.down &s',
  'r0 = work.queue &w 0 -1',
  'r0 = work.cancel &w',
  'r0 = work.cancelSync &w',
  'r0 = work.flush &w',
  'r0 = spin.try &k; unless r0 goto NEXT; spin.unlock &k; NEXT: r0 = 0',
];
/** Operations of the objects that are met less often: sleeping, timers, kthreads, SRCU, callbacks, seqcounts, slabs. */
const rare = [
  'task.setState 1',
  'task.setState 2',
  'r0 = task.schedule -1',
  'r0 = task.schedule 9',
  'r0 = task.signalPending',
  'wait.prepare &v 2 0 0',
  'wait.prepare &v 1 1 0',
  'wait.finish &v',
  'wait.wake &v 1 3',
  'wait.wake &v 0 3',
  'r0 = wait.active &v',
  'r0 = completion.wait &c 5 0',
  'completion.all &c',
  'r0 = completion.try &c',
  'r0 = timer.modify &t -1',
  'r0 = timer.delete &t',
  'r0 = timer.deleteSync &t',
  'r2 = kthread.create &fn:work 0',
  'unless r2 goto NEXT; r0 = kthread.stop r2; NEXT: r0 = 0',
  'softirq.raise &fn:work 0',
  'r0 = work.queue &w 0 0',
  'work.flushQueue 0',
  'rcu.call &h &fn:work',
  'rcu.barrier',
  'srcu.synchronize &d',
  'srcu.call &d &h &fn:work',
  'r0 = seq.begin &e',
  'r1 = seq.begin &e; r0 = load u32 x; r0 = seq.retry &e r1',
  'seq.writeBegin &e; store u32 x 3; seq.writeEnd &e',
  'rmw add u32 f 1 full refcount',
  'r0 = rmw sub u32 f 1 full refcount',
  'r0 = cmpxchg u32 f 0 1 full unless refcount',
  'r3 = allocate item 8 zero "slab" typesafe',
  'r3 = allocate item 8 unknown "item" mayFail',
  'move &i &j 8',
  'fill &i 0 8',
  'atomic 4; r0 = load u32 x; r0 = ne u32 r0 0; await r0; store u32 y 2',
  'r0 = mutex.interruptible &k; if r0 goto NEXT; mutex.unlock &k; NEXT: r0 = 0',
  'r0 = sem.try &s',
  'yield 1',
];
/** Operations that may sleep: in atomic context most programs leave them out, or nothing else would ever be found. */
const sleeps =
  /mutex\.(lock|interruptible)|rwsem\.\w*Lock|synchronize|barrier|sem\.down|completion\.wait|schedule|flush|cancelSync|kthread\.stop|yield 1/;
const statement = (quiet: boolean): fc.Arbitrary<string> => {
  const chosen = (list: readonly string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...list.filter(s => !quiet || !sleeps.test(s)));
  return fc.oneof({ weight: 3, arbitrary: chosen(simple) }, { weight: 2, arbitrary: chosen(rare) });
};
const block = (quiet: boolean): fc.Arbitrary<string> =>
  fc.array(statement(quiet), { minLength: 1, maxLength: 3 }).map(l => l.join('; '));
const sections = [
  'spin.lock &l; BODY; spin.unlock &l',
  'mutex.lock &k; BODY; mutex.unlock &k',
  'rcu.lock; BODY; rcu.unlock',
  'bh.off; BODY; bh.on',
  'irq.off; BODY; irq.on',
  'preempt.off; BODY; preempt.on',
  'read.lock &q; BODY; read.unlock &q',
  'write.lock &q; BODY; write.unlock &q',
  'rwsem.readLock &o; BODY; rwsem.readUnlock &o',
  'rwsem.writeLock &o; BODY; rwsem.writeUnlock &o',
  'r3 = srcu.lock &d; BODY; srcu.unlock &d 0',
  'unless r0 goto OVER; BODY; OVER: r0 = 0',
  'LOOP: r0 = load u32 x once; unless r0 goto LOOP',
];
const isAtomic = /^(spin|read|write|rcu|bh|irq|preempt)\./;
const body = (quiet: boolean): fc.Arbitrary<string> => {
  const section = fc
    .constantFrom(...sections.filter(s => !quiet || !sleeps.test(s)))
    .chain(s => block(quiet || isAtomic.test(s)).map(b => s.replace('BODY', b)));
  return fc
    .array(fc.oneof({ weight: 1, arbitrary: block(quiet) }, { weight: 2, arbitrary: section }), {
      minLength: 1,
      maxLength: 2,
    })
    .map(l => l.join('; '));
};
const inContext = (contexts: readonly string[], quiet: boolean): fc.Arbitrary<RandomThread> =>
  fc.record({
    context: fc.constantFrom(...contexts),
    cpu: fc.constantFrom('', '', ' @0', ' @0'),
    daemon: fc.constantFrom('thread', 'thread', 'thread', 'daemon'),
    more: fc.constantFrom('', '', '', '', ' repeat 2', ' signals'),
    body: body(quiet),
  });
/** A thread of a random program. */
export const randomThread = fc.oneof(
  { weight: 8, arbitrary: inContext(['process', 'process', 'kthread'], false) },
  { weight: 4, arbitrary: inContext(['softirq', 'hardirq'], true) },
  { weight: 1, arbitrary: inContext(['process', 'kthread', 'softirq', 'hardirq'], false) },
);

export interface RandomThread {
  readonly context: string;
  readonly cpu: string;
  readonly daemon: string;
  /** ` repeat 2`, ` signals`. */
  readonly more: string;
  readonly body: string;
}

/** The program of some random threads, as ir text: all kinds of objects are there. */
export function randomText(threads: readonly RandomThread[]): string {
  // Each pair of a goto and its label gets a name of its own.
  const fresh = (text: string): string =>
    ['NEXT', 'OVER', 'LOOP'].reduce((all, name) => {
      let count = 0;
      return all.replace(new RegExp(name, 'g'), () => `${name.toLowerCase()}${count++ >> 1}`);
    }, text);
  return `
    setting repeats 3
    layout item 8 { 0 "v" u64 }
    object x: u32\nobject y: u32\nobject z: u32\nobject p: pointer
    object l: lock\nobject k: lock\nobject q: lock\nobject c: u32\nobject s: u32 = 1\nobject w: word
    object o: lock\nobject v: word\nobject t: word\nobject h: word\nobject d: word\nobject e: u32\nobject f: u32 = 1
    object i: item\nobject j: item
    function work/1 { rmw add u32 y 1 }
    init { work.init &w &fn:work; timer.init &t &fn:work; r0 = allocate item 8 zero "item"; store u64 p r0 }
    ${threads.map((t, i) => `${t.daemon} ${t.context} t${i}${t.cpu}${t.more} { ${fresh(t.body)} }`).join('\n')}`;
}
