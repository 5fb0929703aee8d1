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
  'store u64 p &z release',
  'r0 = load u32 z',
  'assert r0 assertion "r0"',
  'rcu.synchronize',
  'yield 0',
  'r3 = allocate item',
  'store u64 p r3 release',
  'r1 = load u32 r2',
  'free r3',
  'rcu.free r3 r3',
  'completion.complete r2',
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
const statement = fc.constantFrom(...simple);
const block: fc.Arbitrary<string> = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map(l => l.join('; '));
const wrapped = fc.oneof(
  { weight: 3, arbitrary: block },
  block.map(b => `spin.lock &l; ${b}; spin.unlock &l`),
  block.map(b => `mutex.lock &k; ${b}; mutex.unlock &k`),
  block.map(b => `rcu.lock; ${b}; rcu.unlock`),
  block.map(b => `bh.off; ${b}; bh.on`),
  block.map(b => `unless r0 goto NEXT; ${b}; NEXT: r0 = 0`),
  fc.constant('NEXT: r0 = load u32 x once; unless r0 goto NEXT'),
  block.map(b => `read.lock &q; ${b}; read.unlock &q`),
  block.map(b => `write.lock &q; ${b}; write.unlock &q`),
);
const body = fc.array(wrapped, { minLength: 1, maxLength: 2 }).map(l => l.join('; '));
/** A thread of a random program. */
export const randomThread = fc.record({
  context: fc.constantFrom('process', 'process', 'kthread', 'softirq', 'hardirq'),
  cpu: fc.constantFrom('', '', ' @0', ' @0'),
  daemon: fc.constantFrom('thread', 'thread', 'thread', 'daemon'),
  body,
});

export interface RandomThread {
  readonly context: string;
  readonly cpu: string;
  readonly daemon: string;
  readonly body: string;
}

/** The program of some random threads, as ir text: all kinds of objects are there. */
export function randomText(threads: readonly RandomThread[]): string {
  let label = 0;
  const fresh = (b: string): string =>
    b
      .split('; ')
      .reduce<{ out: string[]; open: string }>(
        (s, part) => {
          // Each `goto NEXT … NEXT:` pair gets a label of its own.
          if (part.startsWith('NEXT: ') && !part.includes('goto') && s.open === '') s.open = `l${label++}`;
          if (part.includes('goto NEXT') && s.open === '') s.open = `l${label++}`;
          if (part.startsWith('NEXT: ') && part === 'NEXT: r0 = load u32 x once') s.open = `l${label++}`;
          s.out.push(part.replace(/NEXT/g, s.open));
          return s;
        },
        { out: [], open: '' },
      )
      .out.join('; ');
  return `
    setting repeats 3
    layout item 8 { 0 "v" u64 }
    object x: u32\nobject y: u32\nobject z: u32\nobject p: pointer = &z
    object l: lock\nobject k: lock\nobject q: lock\nobject c: u32\nobject s: u32 = 1\nobject w: word
    function work/1 { rmw add u32 y 1 }
    init { work.init &w &fn:work }
    ${threads.map((t, i) => `${t.daemon} ${t.context} t${i}${t.cpu} { ${fresh(t.body)} }`).join('\n')}`;
}
