import { strict as assert } from 'node:assert';
import { checkText, verdictOf } from './checking';

const head =
  'assumption unknown-call "f has no body"\nlayout item 16 { 0 "value" u32; 8 "next" u64 pointer }\nobject n: u32\nobject l: lock\n';

describe('engine: unknown values', () => {
  it('an unknown branch goes both ways, and what rests on it is possible only', () => {
    const text = `${head}thread process t { r0 = unknown i32 assumption 0; unless r0 goto out; store u32 n 1; out: return }
      finally { r0 = load u32 n; r0 = eq i32 r0 0; return r0 }`;
    assert.equal(verdictOf(text), 'assertion (possible)');
    assert.equal(
      verdictOf(
        `${head}thread process t { r0 = unknown i32 assumption 0; unless r0 goto out; r1 = 1; out: assert 0 }`,
      ),
      'assertion (possible)',
    );
    assert.equal(
      verdictOf(`${head}thread process t { r0 = unknown i32; store u32 n r0; assert 0 }`),
      'assertion',
    );
  });

  it('testing it twice gives the same answer', () => {
    const twice = (first: string, second: string): string => `${head}thread process t {
      r0 = unknown i32
      ${first}; unless r1 goto a; spin.lock &l
      a: ${second}; unless r1 goto b; spin.unlock &l
      b: return }`;
    assert.equal(verdictOf(twice('r1 = r0', 'r1 = r0')), 'holds');
    assert.equal(verdictOf(twice('r1 = ne i32 r0 0', 'r1 = bool u8 r0')), 'holds');
    assert.equal(verdictOf(twice('r1 = eq i32 r0 5', 'r1 = eq i32 5 r0')), 'holds');
    assert.equal(verdictOf(twice('r1 = and i32 r0 4', 'r1 = and i32 r0 4')), 'holds');
    assert.equal(verdictOf(twice('r1 = lt i32 r0 7', 'r1 = lt i32 r0 7')), 'holds');
    assert.equal(verdictOf(twice('r1 = eq i32 r0 5', 'r1 = eq i32 r0 6')), 'lock-misuse (possible)');
    assert.equal(
      verdictOf(twice('r1 = eq i32 r0 0; store u32 n r0', 'r0 = load u32 n; r1 = eq i32 r0 0')),
      'holds',
    );
  });

  it('a decided value is that value', () => {
    assert.equal(
      verdictOf(
        `${head}thread process t { r0 = unknown i32; r1 = eq i32 r0 5; unless r1 goto out; r2 = add i32 r0 1; r2 = eq i32 r2 6; assert r2; out: return }`,
      ),
      'holds',
    );
  });

  it('kmalloc gives unknown contents, kzalloc zeroes', () => {
    const text = (fill: string): string =>
      `${head}thread process t { r0 = allocate item ${fill}; r1 = load u32 r0; r1 = eq i32 r1 0; assert r1 }`;
    assert.equal(verdictOf(text('zero')), 'holds');
    assert.equal(verdictOf(text('unknown')), 'assertion (possible)');
  });

  it('an unknown pointer that is followed is an object of its type, the same one every time', () => {
    assert.equal(
      verdictOf(`${head}thread process t {
        r0 = unknown u64 to item; r1 = add u64 r0 8; store u64 r1 7; r2 = load u64 r1; r2 = eq u64 r2 7; assert r2
        r3 = load u32 r0; r4 = load u32 r0; r3 = eq u32 r3 r4; assert r3 }`),
      'holds',
    );
  });

  it('loops that draw unknown values stay finite', () => {
    const report = checkText(`${head}thread process t { again: r0 = unknown i32; if r0 goto again }`);
    assert.equal(report.verdict.kind, 'holds');
    assert.ok(report.states < 20);
    const counted = checkText(
      `${head}thread process t { r1 = unknown i32; again: r1 = add i32 r1 1; r0 = unknown i32; if r0 goto again; store u32 n r1 }`,
    );
    assert.equal(counted.verdict.kind, 'holds');
    assert.ok(counted.states < 40);
  });

  it('allocation may fail where asked, and alloc/free loops stay finite', () => {
    assert.equal(
      verdictOf(`${head}thread process t { r0 = allocate item mayFail; store u32 r0 1 }`),
      'null-dereference',
    );
    assert.equal(
      verdictOf(
        `${head}thread process t { r1 = 0; again: r0 = allocate item; free r0; r1 = add i32 r1 1; r2 = lt i32 r1 9; if r2 goto again }`,
      ),
      'holds',
    );
    assert.equal(
      verdictOf(
        `${head}thread process t { r1 = 0; again: r0 = allocate item; store u64 &l+0 1; r3 = add u64 r0 8; store u64 r3 r4; r4 = r0; r1 = add i32 r1 1; r2 = lt i32 r1 9; if r2 goto again; store u64 &n r4 }`
          .replace('store u64 &l+0 1; ', '')
          .replace('store u64 &n r4', 'store u64 r0 r4'),
      ),
      'cannot-tell: more than 4 objects of item are allocated at one place',
    );
  });
});
