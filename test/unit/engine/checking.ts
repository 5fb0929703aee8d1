/** The one place that calls the engine in tests: ir text in, a report out. */
import { strict as assert } from 'node:assert';
import { check, replay, type Options, type Report } from '../../../src/engine/index';
import type { Program } from '../../../src/ir/program';
import { parseProgram } from '../../../src/ir/text';

export function programOf(text: string): Program {
  const { value, problems } = parseProgram(text);
  assert.deepEqual(problems, []);
  assert.ok(value);
  return value;
}

export function checkText(text: string, options: Partial<Options> = {}): Report {
  return check(programOf(text), options);
}

/** The verdict, reduced and not; the schedule must replay to it. `hang (possible)` where it rests on an unknown. */
export function verdictOf(text: string, options: Partial<Options> = {}): string {
  const program = programOf(text);
  const reduced = check(program, options);
  const full = check(program, { ...options, reduce: false });
  const kinds = (r: Report): string[] => [r.verdict.kind, ...r.also.map(a => a.kind)].sort();
  assert.deepEqual(kinds(full), kinds(reduced), 'reduced and unreduced agree');
  for (const r of [reduced, full]) {
    if (r.schedule === undefined) continue;
    const again = replay(program, r.schedule, options);
    assert.equal(again.problem, undefined);
    assert.equal(again.kind, r.verdict.kind, `${r.schedule} replays to the verdict`);
  }
  const { verdict } = reduced;
  if (verdict.kind === 'cannot-tell') return `cannot-tell: ${verdict.message}`;
  return `${verdict.kind}${reduced.confirmed ? '' : ' (possible)'}`;
}
