/** Which orders matter: against all runs, one by one. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check } from '../../../src/engine/index';
import { canFinish, type Graph } from '../../../src/engine/graph';
import { ordersOf, type Orders } from '../../../src/engine/matters';
import { findPaths, type Path } from '../../../src/engine/path';
import { walkOn } from '../../../src/engine/stuck';
import type { Report, VerdictKind } from '../../../src/engine/report';
import type { Search } from '../../../src/engine/explore';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { allRuns, eventsOfRun, explored } from './runs';

function arrowsOf(report: Report): readonly string[] {
  const { matters } = report;
  assert.ok(matters && 'arrows' in matters, JSON.stringify(matters));
  return matters.arrows.map(
    a =>
      `${a.first.thread}: ${a.first.text} < ${a.then.thread}: ${a.then.text}${a.decisive ? '' : ' (with the others)'}`,
  );
}

function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

function findingOf(
  search: Search,
): { readonly kind: VerdictKind; readonly path: Path; readonly good: Uint8Array } | undefined {
  const { graph: g, store } = search;
  const good = canFinish(g, store.size);
  const kindOf = (t: number): VerdictKind | undefined => {
    if (t >= 0) return good[t] ? undefined : 'hang';
    const e = g.endings[-1 - t];
    return e && 'fault' in e ? e.fault.kind : undefined;
  };
  const hit = findPaths(g, 0, kindOf, false, 1)[0];
  return hit && { kind: hit.key as VerdictKind, path: hit.path, good };
}

/** The path with what follows behind the point of no return, as edges. */
function edgesOf(g: Graph, path: Path): readonly number[] {
  const steps = [...path.steps];
  if (path.end >= 0) walkOn(g, path.end, steps);
  return steps.map(s => s.edge);
}

/** Checks what is claimed on all runs; false if there are too many of them. */
function verify(search: Search, path: Path, kind: VerdictKind, orders: Orders, text: string): boolean {
  const runs = allRuns(search, 4000);
  if (!runs) return false;
  const { graph: g } = search;
  const own = eventsOfRun(search, { edges: edgesOf(g, path), end: kind });
  const positions = runs.map(
    run => new Map(eventsOfRun(search, run).map((e, k) => [e.name, { k, choice: e.choice }])),
  );
  const isChoice = new Set(orders.choices);
  const at = (run: number, index: number): number | undefined => {
    const event = own[index];
    const found = positions[run]?.get(event?.name ?? '');
    return !found || (isChoice.has(index) && found.choice !== event?.choice) ? undefined : found.k;
  };
  const fails = (run: number): boolean => runs[run]?.end === kind;
  const obeys = (run: number, a: Orders['arrows'][number]): boolean => {
    const [first, then] = [at(run, a.first), at(run, a.then)];
    return first !== undefined && then !== undefined && first < then;
  };
  const sameChoices = (run: number): boolean =>
    orders.choices.every(c => {
      const found = positions[run]?.get(own[c]?.name ?? '');
      return !found || found.choice === own[c]?.choice;
    });
  for (const a of orders.arrows) {
    assert.notEqual(path.steps[a.first]?.thread, own[a.then]?.name.split(' ')[0], text);
    if (a.decisive) {
      // Every failing run has `first`, and not after `then`.
      runs.forEach((_, r) => {
        if (!fails(r)) return;
        const [first, then] = [at(r, a.first), at(r, a.then)];
        assert.ok(first !== undefined && (then === undefined || first < then), `not decisive\n${text}`);
      });
    } else {
      const others = orders.arrows.filter(o => o !== a);
      const without = runs.some((_, r) => !fails(r) && sameChoices(r) && others.every(o => obeys(r, o)));
      assert.ok(without, `not needed\n${text}`);
    }
  }
  if (orders.sufficient !== undefined) {
    const passes = runs.some((_, r) => !fails(r) && sameChoices(r) && orders.arrows.every(a => obeys(r, a)));
    assert.equal(orders.sufficient, !passes, `sufficient\n${text}`);
  }
  return true;
}

describe('engine: what matters', function () {
  this.timeout(120_000);

  it('a lost update: both loads come before the other store', () => {
    const report = check(
      programOf(`object x: u32
        thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
        thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
        finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`),
      { matters: true },
    );
    assert.deepEqual(arrowsOf(report), [
      'a: r0 = load u32 x < b: store u32 x r0',
      'b: r0 = load u32 x < a: store u32 x r0',
    ]);
    assert.ok(report.matters && 'sufficient' in report.matters && report.matters.sufficient);
  });

  it('a lost wake-up: the check before the store, and too late to sleep', () => {
    const report = check(
      programOf(`object go: u32\nobject gone: u32
        thread process sleeper { r0 = load u32 go once; if r0 goto out; task.setState 1; r1 = task.schedule -1; out: r0 = 0 }
        thread process waker { store u32 go 1 once; r0 = current; store u32 gone 1 }`),
      { matters: true },
    );
    assert.equal(report.verdict.kind, 'hang');
    assert.deepEqual(arrowsOf(report), ['sleeper: r0 = load u32 go once < waker: store u32 go 1 once']);
  });

  it('a use after free: loaded before it is gone, used after', () => {
    const report = check(
      programOf(`layout item 8 { 0 "v" u64 }\nobject gp: pointer
        init { r0 = allocate item "item"; store u64 gp r0 }
        thread process user { r0 = load u64 gp once; unless r0 goto out; r1 = load u64 r0; out: r1 = 0 }
        thread process freer { r0 = load u64 gp; store u64 gp 0 once; free r0 }`),
      { matters: true },
    );
    assert.deepEqual(arrowsOf(report), [
      'user: r0 = load u64 gp once < freer: store u64 gp 0 once',
      'freer: free r0 < user: r1 = load u64 r0',
    ]);
  });

  it('where every schedule fails no order matters', () => {
    const report = check(
      programOf(`object x: u32
        thread process a { store u32 x 1; r0 = 0; assert r0 assertion "never" }
        thread process b { store u32 x 2 }`),
      { matters: true },
    );
    assert.deepEqual(arrowsOf(report), []);
    assert.ok(report.matters && 'sufficient' in report.matters && report.matters.sufficient);
  });

  it('random programs: every claim holds on all runs', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 2, maxLength: 3 }), fc.boolean(), (threads, reduce) => {
        const text = randomText(threads);
        const search = explored(programOf(text), { reduce, maxStates: 2000 });
        if (search.stopped || search.graph.endings.some(e => 'limit' in e)) return;
        const finding = findingOf(search);
        if (!finding) return;
        const orders = finished(ordersOf(search, finding.good, finding.path, finding.kind));
        if (orders && verify(search, finding.path, finding.kind, orders, text)) compared++;
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 140),
        seed: Number(process.env['RACELENS_SEED'] ?? 13),
      },
    );
    assert.ok(compared > 5, `only ${compared} were compared`);
  });
});
