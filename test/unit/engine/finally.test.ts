import { strict as assert } from 'node:assert';
import { checkText, verdictOf } from './checking';

describe('engine: RACE_FINALLY', () => {
  it('a failure names what it looked at and who changed that last', () => {
    const report = checkText(`object x: u32\nobject y: u32
      thread process a { store u32 x 1; store u32 y 2 }
      finally { r0 = load u32 x; r0 = eq u32 r0 3; return r0 }`);
    assert.equal(report.verdict.kind, 'assertion');
    assert.match(report.explanation?.summary ?? '', /at rest: x is 1 \(last changed by a: .*\)\.$/);
    assert.doesNotMatch(report.explanation?.summary ?? '', /y is/);
  });

  it('what nobody changed is said to be so', () => {
    const report = checkText(`object x: u32
      thread process a { r0 = load u32 x }
      finally { r0 = load u32 x; return r0 }`);
    assert.match(report.explanation?.summary ?? '', /x is 0 \(nobody changed it\)/);
  });

  it('waits for a kthread that ends by itself, not for one that goes on until it is stopped', () => {
    const text = (loop: string): string => `object x: u32
      function work { store u32 x 1; store u32 x 2; ${loop} }
      thread process a { r0 = kthread.create &fn:work 0 }
      finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`;
    assert.equal(verdictOf(text('')), 'holds');
    assert.equal(verdictOf(text('r0 = kthread.shouldStop')), 'assertion');
  });
});
