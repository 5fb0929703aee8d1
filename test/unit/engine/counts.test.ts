/** What a report says about the search itself: who searched, how many states without reduction, how many to come. */
import { strict as assert } from 'node:assert';
import { netpollModel, sizes } from '../../../bench/models';
import type { Progress } from '../../../src/engine/options';
import { createEstimator } from '../../../src/engine/estimate';
import { createCheck, type Report } from '../../../src/engine/index';
import { checkText, programOf } from './checking';

const size = sizes['B'];
const model = size ? netpollModel({ ...size, fixed: true, polling: false }) : '';

describe('engine: the search itself', () => {
  it('says who searched, and why not the compiled search', () => {
    assert.deepEqual(checkText(model).engine, { kind: 'compiled' });
    assert.deepEqual(checkText(model, { compileAfter: Infinity }).engine, {
      kind: 'interpreter',
      why: 'switched off',
    });
    assert.deepEqual(checkText('thread process a { yield 0 }').engine, {
      kind: 'interpreter',
      why: 'fewer than 400 states',
    });
  });

  it('where WebAssembly may not be compiled, the interpreter gives the same answer', () => {
    const compiled = checkText(model);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function blocked() {
      throw new WebAssembly.CompileError('blocked by a content security policy');
    } as unknown as typeof Instance;
    try {
      const { engine, ...rest } = checkText(model);
      assert.deepEqual(engine, { kind: 'interpreter', why: 'WebAssembly may not be compiled here' });
      assert.deepEqual({ ...rest, engine: compiled.engine }, compiled);
    } finally {
      WebAssembly.Instance = Instance;
    }
  });

  it('counts the states without reduction on request, unless a limit comes first', () => {
    assert.equal(checkText(model).unreduced, undefined);
    assert.deepEqual(checkText(model, { counts: true }).unreduced, {
      states: 22222,
      transitions: 70922,
      complete: true,
    });
    const { states, unreduced } = checkText(model, { counts: true, maxStates: 5000 });
    assert.equal(states, 1684);
    assert.equal(unreduced?.complete, false);
  });

  it('guesses the states to come: in the second half of the search right within a factor of three', () => {
    const told: Progress[] = [];
    const report = checkText(model, {
      reduce: false,
      compileAfter: Infinity,
      progress(p) {
        told.push(p);
        return 'go';
      },
    });
    const late = told.filter(
      p => p.states - p.frontier > report.states / 2 && p.frontier > report.states / 50,
    );
    const guesses = late.flatMap(p => (p.remaining === undefined ? [] : [p.states + p.remaining]));
    assert.ok(guesses.length > 3 && guesses.length > late.length / 2);
    for (const guessed of guesses) {
      assert.ok(guessed > report.states / 3 && guessed < report.states * 3, `${guessed} of ${report.states}`);
    }
  });

  it('ends at a limit of states or bytes, and on request, whoever searches', () => {
    for (const compileAfter of [100, Infinity]) {
      const all = { reduce: false, compileAfter };
      const reasonOf = (options: Parameters<typeof checkText>[1]): string => {
        const { verdict, states } = checkText(model, { ...all, ...options });
        assert.equal(verdict.kind, 'cannot-tell');
        assert.ok(states > 1000 && states < 13_000, `${states}`);
        return verdict.kind === 'cannot-tell' ? verdict.reason : '';
      };
      assert.equal(reasonOf({ maxStates: 2000 }), 'states');
      assert.equal(reasonOf({ maxBytes: 600_000 }), 'memory');
      const late = (answer: 'time' | 'cancelled') => (p: Progress) => (p.states > 2000 ? answer : 'go');
      assert.equal(reasonOf({ progress: late('time') }), 'time');
      assert.equal(reasonOf({ progress: late('cancelled') }), 'cancelled');
    }
  });

  it('can be cancelled in the hang check of a large graph', () => {
    const large = sizes['C'];
    const text = large ? netpollModel({ ...large, fixed: false, polling: false }) : '';
    let isFound = false;
    const cancel = {
      get cancelled() {
        return isFound;
      },
    };
    const running = createCheck(programOf(text), { reduce: false, forgetDead: false }, cancel);
    let report: 'more' | Report = 'more';
    while (report === 'more') {
      report = running.run(4096);
      isFound = running.search !== undefined;
    }
    const { verdict, states } = report;
    assert.equal(verdict.kind === 'cannot-tell' && verdict.reason, 'cancelled');
    assert.equal(states, running.search?.store.size);
    assert.equal(running.search?.stopped, undefined);
  });

  it('where memory ends, cannot tell and says what helps', () => {
    const { verdict } = checkText(model, { reduce: false, maxBytes: 700_000 });
    assert.equal(verdict.kind === 'cannot-tell' && verdict.reason, 'memory');
    assert.match(verdict.kind === 'cannot-tell' ? verdict.message : '', /MB of states .*use fewer threads/);
    // There is less than the limit allows.
    const { Memory } = WebAssembly;
    const grow = Memory.prototype.grow;
    Memory.prototype.grow = function few(this: WebAssembly.Memory, pages: number) {
      if (this.buffer.byteLength + pages * 65536 > 17 << 20) throw new RangeError('no more');
      return grow.call(this, pages);
    };
    try {
      const large = sizes['D'];
      const text = large ? netpollModel({ ...large, fixed: true, polling: false }) : '';
      const { verdict: full, states } = checkText(text, { reduce: false });
      assert.equal(full.kind === 'cannot-tell' && full.reason, 'memory');
      assert.ok(states > 50_000);
    } finally {
      Memory.prototype.grow = grow;
    }
  });

  it('guesses nothing from one window', () => {
    const { remaining } = createEstimator();
    assert.equal(remaining(10, 1), undefined);
    assert.equal(remaining(20, 2), undefined);
  });
});
