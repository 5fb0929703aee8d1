import { strict as assert } from 'node:assert';
import { lanes } from '../../../src/report/lanes';
import { checkGolden } from '../golden';
import { story, traceOf } from './story';

describe('a schedule as lanes', () => {
  it('has a column per thread, calls indented, preemptions marked, local steps folded', () => {
    checkGolden('report/goldens/lanes', lanes(story, { width: 110 }));
  });
  it('shows every step when asked to', () => {
    checkGolden('report/goldens/lanes-all', lanes(story, { width: 110, all: true }));
  });
  it('goes into one column where three would be too narrow', () => {
    checkGolden('report/goldens/lanes-narrow', lanes(story, { width: 72 }));
  });
  for (const width of [40, 60, 80, 100, 140])
    it(`keeps within ${String(width)} characters`, () => {
      for (const line of lanes(story, { width }).split('\n').slice(0, -1))
        assert.ok(line.length <= width, `${String(line.length)}: ${line}`);
    });
  it('leaves out threads that do nothing', () => {
    const two = traceOf(
      [
        { name: 'busy', context: 'process', cpu: 0 },
        { name: 'idle', context: 'process', cpu: 1 },
      ],
      [{ name: 'x', holds: 'number', initial: '0' }],
      [{ by: 0, text: 'x = 1;', line: 1, operation: 'store', changes: { 0: ['0', '1'] } }],
    );
    const text = lanes(two);
    assert.match(text, /process busy/);
    assert.doesNotMatch(text, /idle/);
  });
  it('says once what a statement of two steps is', () => {
    const twice = traceOf(
      [
        { name: 'a', context: 'process', cpu: 0 },
        { name: 'b', context: 'process', cpu: 1 },
      ],
      [{ name: 'n', holds: 'number', initial: '0' }],
      [
        { by: 0, text: 'n++;', line: 1, reads: { 0: '0' } },
        { by: 0, text: 'n++;', line: 1, operation: 'store', changes: { 0: ['0', '1'] } },
        { by: 1, text: 'n++;', line: 2, reads: { 0: '1' } },
        { by: 1, text: 'n++;', line: 2, operation: 'store', changes: { 0: ['1', '2'] } },
      ],
    );
    assert.equal(lanes(twice).match(/n\+\+/g)?.length, 2);
  });
  it('keeps an atomic change that nobody else happens to see', () => {
    const owner = (operation: string): string =>
      lanes(
        traceOf(
          [
            { name: 'a', context: 'process', cpu: 0 },
            { name: 'b', context: 'process', cpu: 1 },
          ],
          [{ name: 'owner', holds: 'number', initial: '-1' }],
          [
            { by: 0, text: 'begin();', line: 1, operation: 'sync' },
            { by: 0, text: 'own();', line: 2, operation, changes: { 0: ['-1', '1'] } },
            { by: 0, text: 'end();', line: 3, operation: 'sync' },
            { by: 1, text: 'other();', line: 4, operation: 'sync' },
          ],
        ),
      );
    assert.match(owner('cmpxchg'), /own\(\)[^]*owner: -1 -> 1/);
    assert.doesNotMatch(owner('store'), /own\(\)/);
  });
  it('marks what is left out between two steps of one function', () => {
    const long = traceOf(
      [
        { name: 'a', context: 'process', cpu: 0 },
        { name: 'b', context: 'process', cpu: 1 },
      ],
      [
        { name: 'n', holds: 'number', initial: '0' },
        { name: 'own', holds: 'number', initial: '0' },
      ],
      [
        { by: 0, in: 'f', text: 'n = 1;', line: 1, operation: 'store', changes: { 0: ['0', '1'] } },
        { by: 0, in: 'f', text: 'own = 1;', line: 2, operation: 'store', changes: { 1: ['0', '1'] } },
        { by: 0, in: 'f', text: 'own = 2;', line: 3, operation: 'store', changes: { 1: ['1', '2'] } },
        { by: 0, in: 'f', text: 'n = 2;', line: 4, operation: 'store', changes: { 0: ['1', '2'] } },
        { by: 1, text: 'seen = n;', line: 9, reads: { 0: '2' } },
      ],
    );
    const lines = lanes(long)
      .split('\n')
      .map(line => line.trim());
    assert.equal(lines.filter(line => line === '...').length, 1);
    assert.ok(lines.indexOf('...') > lines.indexOf('1    n = 1;'));
    assert.equal(lines.at(-1), '3 of 5 steps are shown; no other thread can notice the rest.');
  });
  it('names the bits of a state word, without what all names begin with', () => {
    const bits = { 0: 'NAPI_STATE_SCHED', 3: 'NAPI_STATE_NPSVC' };
    const word = traceOf(
      [
        { name: 'a', context: 'process', cpu: 0 },
        { name: 'b', context: 'process', cpu: 1 },
      ],
      [{ name: 'n.state', holds: 'word', bits, initial: '0x1' }],
      [
        { by: 0, text: 'x', line: 1, operation: 'rmw', changes: { 0: ['0x1', '0x9'] } },
        { by: 1, text: 'y', line: 2, operation: 'rmw', changes: { 0: ['0x9', '0x8000000000000008'] } },
        { by: 0, text: 'z', line: 3, operation: 'store', changes: { 0: ['0x8000000000000008', '0'] } },
        { by: 1, text: 'w', line: 4, reads: { 0: '?' } },
      ],
    );
    const text = lanes(word, { width: 140 });
    for (const part of ['SCHED -> SCHED|NPSVC', 'SCHED|NPSVC -> NPSVC|0x8000000000000000', '-> 0', '= ?'])
      assert.ok(text.includes(part), text);
  });
  it('draws an empty trace', () => {
    assert.equal(lanes(traceOf([], [], [])).trim(), '');
  });
  it('colours without moving a column', () => {
    const painted = lanes(story, { width: 110, paint: (part, text) => `\u001b[3m${text}\u001b[0m` });
    // eslint-disable-next-line no-control-regex
    const plain = painted.replace(/\u001b\[[0-9]+m/g, '');
    assert.equal(plain.replace(/ +$/gm, ''), lanes(story, { width: 110 }));
  });
});
