/**
 * The oracle from outside: Debian's SPIN searches the same programs, printed as Promela, and finds as many states and
 * steps, and the same of them fail or get stuck. Left out, with a line, where spin or gcc is not installed; required where
 * CI is set.
 */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { netpollModel, sizes } from '../../../bench/models';
import type { Search } from '../../../src/engine/explore';
import { printPromela } from '../../../src/ir/promela';
import type { Program } from '../../../src/ir/program';
import { programOf } from './checking';
import { explored } from './runs';

const missing = ['spin', 'gcc'].filter(tool => spawnSync(tool, ['--version']).error);

interface Answer {
  readonly states: number;
  readonly transitions: number;
  /** `F1`: a step of program 1 fails; `D1`: it gets to a state without a way on. */
  readonly told: ReadonlySet<string>;
  readonly left: readonly (string | undefined)[];
}

/** What SPIN finds in a model of these programs. */
function spin(programs: readonly Program[]): Answer {
  const { text, left } = printPromela(programs).value;
  const folder = mkdtempSync(join(tmpdir(), 'racelens-spin-'));
  const run = (command: string, args: readonly string[]): string => {
    const ended = spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
    assert.equal(ended.status, 0, `${command} ${args.join(' ')}\n${ended.stdout}${ended.stderr}\n${text}`);
    return ended.stdout;
  };
  try {
    writeFileSync(join(folder, 'model.pml'), text);
    run('spin', ['-a', '-o1', '-o2', '-o3', 'model.pml']);
    run('gcc', ['-O0', '-w', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c']);
    const out = run('./pan', ['-E', '-m1000000', '-w20']);
    const number = (what: RegExp): number => Number(what.exec(out)?.[1]);
    assert.match(out, /errors: 0/);
    return {
      states: number(/(\d+) states, stored/),
      transitions: number(/(\d+) transitions \(=/),
      told: new Set([...out.matchAll(/^[FD]\d+$/gm)].map(m => m[0])),
      left,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same of the engine's search of every step. */
function toldOf({ graph: g }: Search): { readonly fails: boolean; readonly stuck: number } {
  let stuck = 0;
  for (let s = 0; s < g.expanded; s++) if (g.starts[s] === g.starts[s + 1] && !g.goals[s]) stuck++;
  return { fails: g.endings.some(e => 'fault' in e), stuck };
}

/** Compares all programs that Promela can say at once; gives back how many those were. */
function compare(texts: readonly string[]): number {
  const programs = texts.map(programOf);
  const { states, transitions, told, left } = spin(programs);
  let allStates = 1;
  // SPIN counts its first state as a step to it.
  let allSteps = 1;
  let inside = 0;
  programs.forEach((p, k) => {
    if (left[k] !== undefined) return;
    inside++;
    const search = explored(p, { reduce: false, compileAfter: 500 });
    assert.equal(search.stopped, undefined);
    const { fails, stuck } = toldOf(search);
    allStates += search.store.size;
    allSteps += 1 + search.graph.edges + stuck;
    assert.equal(told.has(`F${k + 1}`), fails, `fails\n${texts[k] ?? ''}`);
    assert.equal(told.has(`D${k + 1}`), stuck > 0, `gets stuck\n${texts[k] ?? ''}`);
  });
  const which = inside === 1 ? texts.find((_, k) => left[k] === undefined) : `${inside} programs`;
  assert.deepEqual({ states, transitions }, { states: allStates, transitions: allSteps }, which);
  return inside;
}

const simple = [
  'r0 = load u32 x once',
  'r0 = load u32 y',
  'store u32 x 1',
  'store u32 y r0 once',
  'store u8 b r0',
  'r0 = load i8 b',
  'rmw add u32 x 1',
  'r1 = rmw xchg u32 y 2 full',
  'rmw andnot u32 y 1',
  'r1 = cmpxchg u32 y 0 1 full',
  'r1 = cmpxchg u32 y 2 1 full unless',
  'r0 = add i32 r0 1',
  'r0 = eq u32 r0 r1',
  'r0 = choose 2',
  'assert r0 assertion "r0"',
  'atomic 4; r0 = load u32 x; r0 = eq u32 r0 1; await r0; store u32 y 1',
  'r1 = call twice(r0)',
  'rcu.synchronize',
  'yield 0',
  'completion.complete &c',
  'completion.all &c',
  'r0 = completion.wait &c -1 0',
  'r0 = completion.wait &c 5 0',
  'sem.up &s',
  'sem.down &s',
  'r0 = sem.try &s',
  'r0 = spin.try &k; unless r0 goto NEXT; spin.unlock &k; NEXT: r0 = 0',
  'r0 = mutex.try &k; unless r0 goto NEXT; mutex.unlock &k; NEXT: r0 = 0',
];
const block = fc.array(fc.constantFrom(...simple), { minLength: 1, maxLength: 3 }).map(l => l.join('; '));
const inside = (a: string, b: string): fc.Arbitrary<string> => block.map(l => `${a}; ${l}; ${b}`);
const wrapped = fc.oneof(
  { weight: 3, arbitrary: block },
  inside('spin.lock &l', 'spin.unlock &l'),
  inside('mutex.lock &k', 'mutex.unlock &k'),
  inside('read.lock &q', 'read.unlock &q'),
  inside('write.lock &q', 'write.unlock &q'),
  inside('rwsem.readLock &w', 'rwsem.readUnlock &w'),
  inside('rwsem.writeLock &w', 'rwsem.writeUnlock &w'),
  inside('rcu.lock', 'rcu.unlock'),
  inside('bh.off', 'bh.on'),
  inside('preempt.off', 'preempt.on'),
  inside('irq.off', 'irq.on'),
  block.map(b => `unless r0 goto OVER; ${b}; OVER: r0 = 0`),
  fc.constant('LOOP: r0 = load u32 x once; unless r0 goto LOOP'),
);
const thread = fc.record({
  context: fc.constantFrom('process', 'process', 'kthread', 'softirq', 'hardirq'),
  daemon: fc.constantFrom('thread', 'thread', 'thread', 'daemon'),
  body: fc.array(wrapped, { minLength: 1, maxLength: 2 }).map(l => l.join('; ')),
});
const text = fc.array(thread, { minLength: 1, maxLength: 3 }).map(threads => {
  // Each pair of a goto and its label gets a name of its own.
  const named = (body: string): string =>
    ['NEXT', 'OVER', 'LOOP'].reduce((all, name) => {
      let count = 0;
      return all.replace(new RegExp(name, 'g'), () => `${name}${count++ >> 1}`);
    }, body);
  return `object x: u32\nobject y: u32\nobject b: u8 = 200
    object l: lock\nobject k: lock\nobject q: lock\nobject w: lock\nobject c: u32\nobject s: u32 = 1
    function twice/1 { r1 = load u32 y; r0 = add u32 r0 r1; return r0 }
    ${threads.map((t, n) => `${t.daemon} ${t.context} t${n} { r0 = 0; r1 = 0; ${named(t.body)} }`).join('\n')}`;
});

describe('engine: SPIN agrees', function () {
  this.timeout(300_000);
  if (missing.length > 0 && process.env['CI'] !== 'true') {
    console.warn(
      `! no ${missing.join(' and no ')}: the comparison with SPIN is left out (apt-get install spin gcc)`,
    );
    return;
  }

  it('random programs: as many states and steps, the same faults and dead ends', () => {
    const count = Number(process.env['RACELENS_RUNS'] ?? 60);
    const seed = Number(process.env['RACELENS_SEED'] ?? 17);
    const all = fc.sample(text, { numRuns: count, seed });
    // Those that grow without end are of no use here.
    const texts = all.filter(t => {
      const search = explored(programOf(t), { reduce: false, maxStates: 4000 });
      return !search.stopped;
    });
    let compared = 0;
    for (let k = 0; k < texts.length; k += 30) {
      const some = texts.slice(k, k + 30);
      try {
        compared += compare(some);
      } catch (e) {
        // Say which one it is.
        for (const one of some) compare([one]);
        throw e;
      }
    }
    assert.ok(compared > count / 2, `only ${compared} of ${count} were compared`);
  });

  for (const [letter, fixed] of [
    ['A', true],
    ['A', false],
    ['B', false],
    ['L', true],
    ['L', false],
  ] as const) {
    const size = sizes[letter];
    if (!size) continue;
    it(`the netpoll model ${letter}, ${fixed ? 'fixed' : 'buggy'}`, () => {
      assert.equal(compare([netpollModel({ ...size, fixed, polling: letter === 'L' })]), 1);
    });
  }
});
