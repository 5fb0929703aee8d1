/**
 * bit-never-cleared: a bit that a function takes like a lock (test_and_set_bit() decides, the same function clears it on
 * its other ways) and that one way out leaves set. Only for bits that are nobody's state: whoever clears the bit also
 * takes it. A bit that one function sets and another clears (SCHED, XOFF) is a protocol between them, and none of this.
 */
import { accessesOf, type Access } from '../words/accesses';
import { textOf } from '../expression';
import type { Point } from '../sections/flow';
import { spanOf, type FunctionFacts } from '../functions';
import { outcomeOf } from '../sections/regions';
import { primitive } from '../primitives';
import { bodiesOf } from './callees';
import { perInput, type Check, type CheckInput, type Finding } from './input';
import { findWay, returnValue } from './ways';

export const bitNeverCleared: Check = (f, input) => {
  const found: Finding[] = [];
  for (const take of accessesOf(f.analysis)) {
    const finding = isTake(take) ? leftSet(f, input, take) : undefined;
    if (finding && !found.some(x => x.span.start === finding.span.start)) found.push(finding);
  }
  return found;
};

function isTake(a: Access): boolean {
  return a.kind === 'set' && a.tests === true && a.atomic && a.bits.length === 1;
}

function leftSet(f: FunctionFacts, input: CheckInput, take: Access): Finding | undefined {
  const { analysis } = f;
  const { text, flow } = analysis;
  const [bit] = take.bits;
  if (!bit || !/^[A-Za-z_]\w*$/.test(bit.text)) return undefined;
  const clears = accessesOf(analysis).filter(
    a => a.kind === 'clear' && a.word === take.word && a.bits.some(b => b.text === bit.text),
  );
  const test = flow.points[take.point];
  if (clears.length === 0 || test?.kind !== 'test' || !test.node) return undefined;
  if (!locklike(f, input, bit.text)) return undefined;
  const at = new Set(clears.map(c => c.point));
  type State = `${'out' | 'mine' | 'given'}${string}`;
  const step = (state: State, p: Point, when: boolean | undefined): State | undefined => {
    let now = state;
    if (p.id === take.point) {
      const was =
        test.node && when !== undefined ? outcomeOf(text, test.node, n => n === take.node, when) : undefined;
      if (was === undefined) return undefined;
      now = was ? 'out' : 'mine';
    } else if (now === 'mine' && at.has(p.id)) now = 'given';
    return p.kind === 'return' ? `${now}@${String(p.id)}` : now;
  };
  const exits: readonly (Point | undefined)[] = [...flow.points.filter(p => p.kind === 'return'), undefined];
  const way = (state: 'mine' | 'given', r: Point | undefined) =>
    findWay<State>(analysis, {
      start: 'out',
      step,
      goal: (s, p) => p.kind === 'exit' && s === (r ? `${state}@${String(r.id)}` : state),
    });
  for (const r of exits) {
    const left = way('mine', r);
    if (left === 'none' || left === 'unknown') continue;
    const value = r && returnValue(r);
    const said = value && textOf(text, value);
    const failed = said !== undefined && /^-\s*E[A-Z0-9]+$|^ERR_PTR\s*\(\s*-/.test(said);
    // Success with the bit set may be what the function is for.
    if (said !== undefined && !failed) continue;
    if (!exits.some(o => Array.isArray(way('given', o)))) return undefined;
    if (handedOn(f, input, left, take, bit.text)) continue;
    return {
      span: spanOf(f, r?.node ?? take.node),
      message: `${f.name}() leaves here with ${bit.text} of ${take.word} still set; its other ways clear it, and nobody else does: the next taker fails or waits for ever`,
      related: [
        { span: spanOf(f, take.node), message: `${bit.text} is taken here` },
        ...clears.slice(0, 2).map(c => ({ span: spanOf(f, c.node), message: 'another way clears it here' })),
      ],
    };
  }
  return undefined;
}

const cleared = perInput(() => new Map<string, boolean>());

/** Every function of the tree that clears the bit also takes it. */
function locklike(f: FunctionFacts, input: CheckInput, bit: string): boolean {
  const known = cleared(input);
  const old = known.get(bit);
  if (old !== undefined) return old;
  let answer = true;
  let count = 0;
  for (const m of input.corpus.mentions(bit, f.file)) {
    if (++count > 60) answer = false;
    if (!answer) break;
    if (m.kind !== 'function') continue;
    const mine = accessesOf(m.facts.analysis).filter(a => a.bits.some(b => b.text === bit));
    if (mine.some(a => a.kind === 'clear' || a.kind === 'change') && !mine.some(isTake)) answer = false;
  }
  known.set(bit, answer);
  return answer;
}

/** A call on the way may clear it, or wake who does: its body names the bit, or it is not known. */
function handedOn(
  f: FunctionFacts,
  input: CheckInput,
  way: readonly Point[],
  take: Access,
  bit: string,
): boolean {
  const from = way.findIndex(p => p.id === take.point);
  return way.slice(from + 1).some(p =>
    f.analysis.events(p).some(e => {
      if (e.kind !== 'call') return false;
      if (e.name === undefined) return true;
      if (primitive(e.name)) return primitive(e.name)?.role === 'start';
      return bodiesOf(input, e.name, f.file).some(g =>
        new RegExp(`\\b${bit}\\b`).test(g.analysis.text.slice(g.analysis.node.start, g.analysis.node.end)),
      );
    }),
  );
}
