/** The panel's state: from each message and each thing a reader does, the next one; and what is told to the extension. */
import { strict as assert } from 'node:assert';
import { replayView } from '../../../src/ide/replay';
import type { ViewPlay } from '../../../src/protocol/examined';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';
import { asToPanel, version } from '../../../src/webview/check';
import {
  initialModel,
  isOpen,
  nextPosition,
  showsAll,
  shownSteps,
  type Model,
} from '../../../src/webview/model';
import { asKept, reduce, toKeep, type Act } from '../../../src/webview/reduce';
import { tell, wanting } from '../../../src/webview/tell';
import { createTranslate } from '../../../src/webview/words';
import { fixtureFile, fixtureLines, netpollReport } from '../../fixtures/netpollReport';

const view = replayView(netpollReport, {
  harness: '/netpoll.race.c',
  seconds: 0.5,
  files: [fixtureFile],
  problems: [],
  lines: () => fixtureLines,
});
const trace = view.trace;
assert.ok(trace);
const last = trace.steps.length;

function run(more: Partial<Extract<ToPanel, { type: 'run' }>> = {}): ToPanel {
  return {
    version,
    type: 'run',
    run: { view, title: 'netpoll.race.c' },
    step: 0,
    follow: true,
    keep: { version, harness: 'file:///netpoll.race.c', step: 0, follow: true },
    ...more,
  };
}

const empty = initialModel(createTranslate({}));
const shown = reduce(empty, run());
const after = (model: Model, ...acts: readonly (Act | ToPanel)[]): Model => acts.reduce(reduce, model);
const told = (model: Model, act: Act | ToPanel): readonly FromPanel['type'][] =>
  tell(model, wanting(reduce(model, act)), act).map(message => message.type);

const place = view.verdict.place;
const play: ViewPlay = {
  path: ['a'],
  at: 0,
  trace: { ...trace, steps: trace.steps.slice(0, 2), moments: trace.moments.slice(0, 3) },
  here: 'can-fail',
  past: ['can-fail', 'can-fail'],
  rows: [0],
  kinds: ['hang'],
  choices: [
    {
      key: 'x',
      thread: 0,
      label: 'a',
      text: 'x();',
      outcome: 'can-fail',
      preemption: false,
      ...(place ? { place } : {}),
    },
  ],
  waiting: [],
  schedule: 'rl1:x:a',
};
const playing = after(
  shown,
  { type: 'go', position: 5 },
  { type: 'startPlay', quiz: false, at: 0 },
  { type: 'choose', key: 'a' },
  { version, type: 'play', answer: play },
);

describe('the panel’s state', () => {
  it('begins a run at the step it is given, and never beyond its ends', () => {
    assert.equal(reduce(empty, run({ step: 3 })).position, 3);
    assert.equal(reduce(empty, run({ step: 999 })).position, last);
    assert.equal(after(shown, { type: 'go', position: -4 }).position, 0);
    assert.equal(after(shown, { type: 'go', position: 1e9 }).position, last);
  });

  it('steps forward and back over the same positions', () => {
    const forward: number[] = [];
    let model = shown;
    while (model.position < last) {
      model = reduce(model, { type: 'move', direction: 1 });
      forward.push(model.position);
    }
    const back: number[] = [];
    while (model.position > 0) {
      back.unshift(model.position);
      model = reduce(model, { type: 'move', direction: -1 });
    }
    assert.deepEqual(back, forward);
  });

  it('goes into the next preemption and back', () => {
    const places = trace.steps.flatMap((step, i) => (step.preemption ? [i + 1] : []));
    assert.ok(places.length >= 2);
    const forward = after(shown, { type: 'preemption', direction: 1 });
    assert.equal(forward.position, places[0]);
    const second = after(forward, { type: 'preemption', direction: 1 });
    assert.equal(second.position, places[1]);
    assert.equal(after(second, { type: 'preemption', direction: -1 }).position, places[0]);
  });

  it('runs to the change of a bit, and says when there is none', () => {
    const cell = trace.cells.findIndex(c => c.name === 'napi.state');
    const bit = 'NAPI_STATE_NPSVC';
    const set = trace.steps.findIndex(s => s.changes.some(c => c.set.includes(bit))) + 1;
    const cleared = trace.steps.findIndex(s => s.changes.some(c => c.cleared.includes(bit))) + 1;
    const target = { cell, bit };
    const one = after(shown, { type: 'change', target, direction: 1 });
    assert.equal(one.position, set);
    const two = after(one, { type: 'change', direction: 1 });
    assert.equal(two.position, cleared);
    const none = after(two, { type: 'change', direction: 1 });
    assert.equal(none.position, cleared);
    assert.match(none.done ?? '', /not change/);
    assert.equal(after(two, { type: 'change', direction: -1 }).position, set);
  });

  it('steps over a call to the next step that is no deeper', () => {
    const depth = (i: number): number => trace.steps[i]?.frames.length ?? 0;
    const from = trace.steps.findIndex(
      (s, i) => trace.steps[i + 1]?.thread === s.thread && depth(i + 1) > depth(i),
    );
    assert.ok(from >= 0);
    const over = after(shown, { type: 'go', position: from + 1 }, { type: 'over', direction: 1 });
    const to = trace.steps[over.position - 1];
    assert.ok(
      over.position === last ||
        (to?.thread === trace.steps[from]?.thread && depth(over.position - 1) <= depth(from)),
    );
  });

  it('plays up to the cursor and stops there', () => {
    let model = after(shown, { type: 'cursor', position: 4 }, { type: 'runTo' });
    assert.equal(model.playing, true);
    for (let i = 0; i < 10 && model.playing; i++) model = reduce(model, { type: 'tick' });
    assert.equal(model.position, 4);
  });

  it('takes a tick for nothing when nothing plays', () => {
    assert.equal(reduce(shown, { type: 'tick' }), shown);
  });

  it('shows only what came before, after or beside a step', () => {
    const at = after(shown, { type: 'go', position: last });
    const before = shownSteps(after(at, { type: 'causal', causal: 'before' }));
    const beside = shownSteps(after(at, { type: 'causal', causal: 'concurrent' }));
    assert.ok(before && beside);
    for (let i = 0; i < last - 1; i++) assert.notEqual(before(i), beside(i), `step ${String(i)}`);
    const own = trace.steps[last - 1]?.thread;
    trace.steps.forEach((step, i) => {
      if (step.thread === own) assert.ok(before(i));
    });
  });

  it('leaves out what a word does not name, and walks over it', () => {
    const found = after(shown, { type: 'word', word: 'npsvc' });
    const shows = shownSteps(found);
    assert.ok(shows);
    const count = trace.steps.filter((_, i) => shows(i)).length;
    assert.ok(count > 0 && count < last);
    const next = nextPosition(found, 1);
    assert.ok(next === last || shows(next - 1));
    assert.equal(shownSteps(after(found, { type: 'showAll' })), undefined);
  });

  it('keeps what the reader has chosen when the same harness is run again, and drops what was worked out', () => {
    const before = after(
      shown,
      { type: 'tab', tab: 'odds' },
      { type: 'addWatch', expression: ' a + b ' },
      { version, type: 'examined', what: 'odds', answer: { cannotTell: 'x' } },
    );
    assert.deepEqual(before.expressions, ['a + b']);
    const again = reduce(before, run());
    assert.equal(again.tab, 'odds');
    assert.deepEqual(again.expressions, ['a + b']);
    assert.equal(again.odds, undefined);
  });

  it('survives a reload through what it keeps, and through anything else', () => {
    const before = after(
      shown,
      { type: 'tab', tab: 'state' },
      { type: 'speed', speed: 4 },
      { type: 'thread', thread: 1 },
    );
    const kept = JSON.parse(JSON.stringify(toKeep(before))) as unknown;
    const back = reduce(empty, run({ keep: { version, harness: 'x', step: 0, follow: true, view: kept } }));
    assert.deepEqual([back.tab, back.speed, [...back.hiddenThreads]], ['state', 4, [1]]);
    for (const garbage of [
      null,
      3,
      'x',
      [],
      { tab: 7, speed: 'x', threads: [{}], cells: 4, expressions: [1] },
    ])
      assert.ok(asKept(garbage));
  });
});

describe('free play', () => {
  it('shows the play’s own trace, at its end', () => {
    assert.equal(playing.position, 2);
    assert.equal(playing.play?.path.length, 1);
  });
  it('asks for the whole path with each choice, and for a shorter one to undo', () => {
    const chosen = reduce(playing, { type: 'choose', key: 'b' });
    assert.deepEqual(chosen.play?.path, ['a', 'b']);
    assert.deepEqual(told(playing, { type: 'choose', key: 'b' }), ['play']);
    assert.deepEqual(reduce(chosen, { type: 'undo' }).play?.path, ['a']);
  });
  it('drops an answer to an older question', () => {
    const chosen = reduce(playing, { type: 'choose', key: 'b' });
    assert.equal(reduce(chosen, { version, type: 'play', answer: play }), chosen);
  });
  it('goes back to where the replay was, and tells so', () => {
    assert.equal(reduce(playing, { type: 'leavePlay' }).position, 5);
    assert.ok(told(playing, { type: 'leavePlay' }).includes('play'));
  });
  it('does not move the extension’s step', () => {
    assert.ok(!told(playing, { type: 'go', position: 1 }).includes('moved'));
    assert.ok(told(shown, { type: 'go', position: 1 }).includes('moved'));
  });
});

describe('the slider', () => {
  const fold = { from: 1, to: 3, thread: 0 };
  it('opens no fold that it runs over until it is let go', () => {
    const over = reduce(shown, { type: 'scrub', position: 3 });
    assert.equal(over.position, 3);
    assert.equal(isOpen(over, fold), false);
    assert.equal(isOpen(reduce(over, { type: 'scrubbed' }), fold), true);
    assert.equal(isOpen(reduce(over, { type: 'go', position: 2 }), fold), true);
  });
  it('leaves those open that the reader has opened', () => {
    const open = after(shown, { type: 'fold', fold }, { type: 'scrub', position: 3 });
    assert.equal(isOpen(open, fold), true);
    assert.equal(reduce(shown, { type: 'scrubbed' }), shown);
  });
});

describe('the verdict over the lanes', () => {
  it('is whole until the reader has begun to step, and stays short when he goes back to the start', () => {
    assert.equal(showsAll(shown), true);
    const stepped = reduce(shown, { type: 'move', direction: 1 });
    assert.equal(showsAll(stepped), false);
    assert.equal(showsAll(reduce(stepped, { type: 'go', position: 0 })), false);
    assert.equal(showsAll(reduce(stepped, run())), true);
    assert.equal(showsAll(reduce(shown, run({ step: 2 }))), false);
  });
  it('is short where there is little height', () => {
    const low = reduce(shown, { type: 'room', low: true });
    assert.equal(showsAll(low), false);
    assert.equal(reduce(low, { type: 'room', low: true }), low);
    assert.equal(showsAll(reduce(low, { type: 'room', low: false })), true);
  });
  it('is as the reader wants it, whatever comes, and over a reload', () => {
    const open = after(shown, { type: 'verdict', open: true }, { type: 'go', position: 3 }, run());
    assert.equal(showsAll(open), true);
    assert.equal(showsAll(reduce(open, { type: 'room', low: true })), true);
    const folded = reduce(open, { type: 'verdict', open: false });
    assert.equal(showsAll(folded), false);
    const kept = JSON.parse(JSON.stringify(toKeep(folded))) as unknown;
    assert.equal(asKept(kept).verdictOpen, false);
    assert.equal('verdictOpen' in asKept(toKeep(shown)), false);
  });
  it('is whole where there are no steps', () => {
    const { trace: _, ...bare } = view;
    const none = after(shown, run({ run: { view: bare, title: 'x' } }), { type: 'room', low: true });
    assert.equal(showsAll(none), true);
  });
});

describe('what the extension hears', () => {
  it('is nothing about a step that it has sent itself', () => {
    assert.deepEqual(told(shown, { version, type: 'step', step: 4 }), []);
  });
  it('is a question for the curve once its tab is looked at, and once only', () => {
    const odds = {
      probability: 0.1,
      error: 0,
      runs: 10,
      runsForMostly: 29,
      states: 9,
      kind: 'hang',
      calls: ['poll'],
    };
    const known = reduce(shown, { version, type: 'examined', what: 'odds', answer: odds });
    assert.deepEqual(told(known, { type: 'tab', tab: 'odds' }), ['slow', 'keep']);
    const asked = wanting(reduce(known, { type: 'tab', tab: 'odds' }));
    assert.deepEqual(told(asked, { type: 'slowness', slowness: 2 }), []);
  });
  it('is a question for the other text once it is wanted', () => {
    const compare = wanting(reduce(shown, { type: 'tab', tab: 'compare' }));
    assert.deepEqual(told(compare, { type: 'versus', versus: 'present' }), ['compare']);
  });
});

describe('messages that are none', () => {
  const good = run();
  it('are dropped', () => {
    for (const bad of [
      undefined, null, 1, 'run', [], {}, { type: 'run' }, { ...good, version: 1 }, { ...good, type: 'toString' },
      { ...good, step: -1 }, { ...good, step: 'x' }, { ...good, run: null }, { ...good, run: { view: 3 } },
      { ...good, run: { view: {} , title: 'x'} }, { ...good, keep: undefined },
      { version, type: 'examined', what: 'all', answer: {} }, { version, type: 'watch', watches: [1] },
      { version, type: 'examined', what: 'twin', answer: {} }, { version, type: 'examined', what: 'matters', answer: { arrows: 3 } },
      { version, type: 'play', answer: { trace: {} } }, { version, type: 'failed' },
    ]) assert.equal(asToPanel(bad), undefined, JSON.stringify(bad)); // prettier-ignore
    assert.ok(asToPanel(good));
  });
});
