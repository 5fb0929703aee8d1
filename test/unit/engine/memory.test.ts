import { strict as assert } from 'node:assert';
import { checkText, verdictOf } from './checking';

describe('engine: memory and steps', () => {
  it('a plain increment is a load and a store', () => {
    const increment = (body: string): string => `
      object n: u32
      thread process a { ${body} }
      thread process b { ${body} }
      finally { r0 = load u32 n; r0 = eq i32 r0 2; return r0 }`;
    assert.equal(verdictOf(increment('r0 = load u32 n; r0 = add u32 r0 1; store u32 n r0')), 'assertion');
    assert.equal(verdictOf(increment('rmw add u32 n 1')), 'holds');
  });

  it('a spin that can end is no hang; one that nobody ends is', () => {
    const spin = (value: number): string => `
      object flag: u32
      thread process spinner { again: r0 = load u32 flag once; unless r0 goto again }
      thread process setter { store u32 flag ${value} once }`;
    assert.equal(verdictOf(spin(1)), 'holds');
    assert.equal(verdictOf(spin(0)), 'hang');
  });

  it('counts the states of a toy exactly, with and without reduction', () => {
    const text = `
      object n: u32
      thread process a { store u32 n 1 once; store u32 n 2 once }
      thread process b { r0 = load u32 n once }`;
    const full = checkText(text, { reduce: false });
    // a at 0, 1, 2 with b before and after its load: r0 is dead, so 3 * 2 states.
    assert.equal(full.states, 6);
    assert.equal(full.transitions, 7);
    assert.equal(checkText(text).states, 6);
    const alone = `
      object n: u32
      object m: u32
      thread process a { store u32 n 1 once; store u32 n 2 once }
      thread process b { r0 = load u32 m once }`;
    assert.equal(checkText(alone, { reduce: false }).states, 6);
    assert.equal(checkText(alone).states, 1);
  });

  it('NULL, freed memory, double free, out of bounds', () => {
    const layouts = 'layout item 8 { 0 "value" u64 }\nobject p: pointer\n';
    assert.equal(
      verdictOf(`${layouts}thread process a { r0 = load u64 p; r1 = load u64 r0 }`),
      'null-dereference',
    );
    assert.equal(
      verdictOf(`${layouts}thread process a { r0 = allocate item; free r0; r1 = load u64 r0 }`),
      'use-after-free',
    );
    assert.equal(
      verdictOf(`${layouts}thread process a { r0 = allocate item; free r0; free r0 }`),
      'double-free',
    );
    assert.equal(verdictOf(`${layouts}thread process a { free &p }`), 'double-free');
    assert.equal(verdictOf(`${layouts}thread process a { free 0 }`), 'holds');
    assert.equal(
      verdictOf(`${layouts}thread process a { r0 = allocate item; r0 = add u64 r0 8; store u64 r0 1 }`),
      'out-of-bounds',
    );
  });

  it('narrow and wide accesses see the same bytes', () => {
    const text = (expected: string): string => `
      layout l 16 { 0 "a" u64; 8 "b" u32; 12 "c" u16 }
      object o: l
      thread process t {
        store u64 o 0x1122334455667788
        store u8 &o+1 0xaa
        r0 = load u64 o
        r1 = eq u64 r0 0x112233445566aa88
        assert r1
        store u64 &o+8 0x0000001200000034
        r0 = load u16 &o.c
        r1 = eq u16 r0 ${expected}
        assert r1
      }`;
    assert.equal(verdictOf(text('0x12')), 'holds');
    assert.equal(verdictOf(text('0x13')), 'assertion');
  });

  it('struct copies tear', () => {
    const copy = (before: string, after: string): string => `
      layout pair 8 { 0 "x" u32; 4 "y" u32 }
      object from: pair
      object to: pair
      object m: lock
      thread process writer { ${before}; store u32 &from.x 1; store u32 &from.y 1; ${after} }
      thread process copier { ${before}; move to from 8; ${after} }
      finally { r0 = load u32 &to.x; r1 = load u32 &to.y; r0 = eq u32 r0 r1; return r0 }`;
    assert.equal(verdictOf(copy('goto l; l: r0 = 0', 'r0 = 0')), 'assertion');
    assert.equal(verdictOf(copy('mutex.lock &m', 'mutex.unlock &m')), 'holds');
  });

  it('calls, recursion and its bound', () => {
    const recursive = (n: number): string => `
      object n: u32
      function down/1 { unless r0 goto end; r0 = sub i32 r0 1; r1 = call down(r0); return r1; end: return 7 }
      thread process a { r0 = call down(${n}); r1 = eq i32 r0 7; assert r1 }`;
    assert.equal(verdictOf(recursive(3)), 'holds');
    assert.equal(verdictOf(recursive(30)), 'cannot-tell: down() calls itself more than 8 deep');
    assert.equal(verdictOf(`setting recursion 40\n${recursive(30)}`), 'holds');
  });

  it('choices are all explored', () => {
    const text = (n: number): string => `thread process a { r0 = choose 3; r1 = ne i32 r0 ${n}; assert r1 }`;
    assert.equal(verdictOf(text(2)), 'assertion');
    assert.equal(verdictOf(text(3)), 'holds');
  });

  it('an endless loop without any access is a hang, and a daemon need not finish', () => {
    assert.equal(verdictOf('thread process a { again: goto again }'), 'hang');
    assert.equal(verdictOf('daemon process a { again: goto again }\nthread process b { r0 = 1 }'), 'holds');
  });

  it('a required thread that moves for ever hangs, a daemon does not', () => {
    const ticker = (word: string): string => `
      object tick: u32
      object n: u32
      ${word} kthread ticker { again: rmw xor u32 tick 1; goto again }
      thread process worker { store u32 n 1 }`;
    assert.equal(verdictOf(ticker('thread')), 'hang');
    assert.equal(verdictOf(ticker('daemon')), 'holds');
  });
});
