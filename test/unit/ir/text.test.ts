import { strict as assert } from 'node:assert';
import { parseProgram, printProgram, validateProgram } from '../../../src/ir/text';
import type { Program } from '../../../src/ir/program';

function parsed(text: string): Program {
  const { value, problems } = parseProgram(text);
  assert.deepEqual(problems, []);
  assert.ok(value);
  assert.deepEqual(validateProgram(value), []);
  return value;
}

const everything = `
program "a/b.race.c"
setting recursion 4
setting preempt rt
expect possible use-after-free at "a/b.race.c" 1 2
assumption unknown-call "f has no body" via "f"
layout node 24 { 0 "next" u64 pointer; 8 "state" u64 word bits { 0 "SCHED" 63 "TOP" }; 16 "a" u16 count 4 stride 2 }
object flag: u32 = 1
object dev: node { next = &flag, state = 0x8000000000000000, 16 u16 = -1 }
object "literal" : u8 readonly
function f/2 { r2 = add i32 r0 r1; return r2 }
function g/1 stack x: u32 {
  store u32 %x 5
  r1 = load u32 %0 once
  if r1 goto out else more
  more: r0 = convert u8 r1; r0 = bool u8 r0
  out: unless r0 goto more
  move &dev.state &dev+0 8
  fill &dev-8 0 8
  return
}
init { r0 = call f(1, -1); call *&fn:g(r0) }
thread softirq poll @0 repeat 2 {
  again: r0 = rmw or u64 &dev.state 16 relaxed
  rmw add u32 flag 1 full refcount
  r1 = cmpxchg u32 flag 0 1 full unless
  r2 = allocate node unknown "node" mayFail typesafe
  free r2; r3 = choose 3; r4 = unknown u64 to node
  assert r3 assertion "no"; warn r3 warning "hm"
  rcu.lock; r5 = srcu.lock &dev; srcu.unlock &dev r5
  spin.lock &flag
  goto again
}
daemon kthread d signals task flag { unsupported "floating point" }
finally { r0 = load u32 flag; return r0 }
`;

describe('ir text', () => {
  it('round trips every instruction and declaration', () => {
    const program = parsed(everything);
    const text = printProgram(program);
    const again = parseProgram(text);
    assert.deepEqual(again.problems, []);
    assert.deepEqual(again.value, program);
    assert.equal(printProgram(parsed(text)), text);
  });

  it('takes a statement as its own site', () => {
    const program = parsed('object n: u32\nthread process a { r0 =  load u32 n ; store u32 n r0 once }');
    assert.deepEqual(
      program.functions[0]?.body.map(i => program.sites[i.site]?.text),
      ['r0 = load u32 n', 'store u32 n r0 once', 'store u32 n r0 once'],
    );
  });

  it('refers by index where two things share a name', () => {
    const one = parsed('object n: u32\nfunction f { return }\nthread process a = f');
    const two: Program = {
      ...one,
      objects: [...one.objects, ...one.objects],
      functions: [...one.functions, ...one.functions],
    };
    const again = parseProgram(printProgram(two));
    assert.deepEqual(again.problems, []);
    assert.deepEqual(again.value, two);
  });

  it('says what does not parse, and where', () => {
    const text = 'object n: u32\nthread process a { r0 = load u33 n; goto nowhere; spin.lock &m }';
    const { value, problems } = parseProgram(text);
    assert.equal(value, undefined);
    assert.deepEqual(
      problems.map(p => [p.message, text.slice(p.span?.start, p.span?.end)]),
      [
        ["expected a type (u8 … i64), found 'u33'", 'u33'],
        ["no object 'm', found the end of the line", ''],
        ["no label 'nowhere' in a", 'nowhere'],
      ],
    );
  });

  it('validation finds what a lowering must not do', () => {
    const program = parsed('object n: u32\nthread process a { r0 = load u32 n; spin.lock &n; return }');
    const f = program.functions[0];
    assert.ok(f);
    const broken: Program = {
      ...program,
      functions: [
        {
          ...f,
          body: [
            { op: 'jump', target: 9, site: 0 },
            { op: 'copy', to: 5, from: { kind: 'object', object: 3, offset: 0 }, site: 77 },
            { op: 'sync', name: 'spin.lock', arguments: [], site: 0 },
            { op: 'sync', name: 'spin.bake', arguments: [], site: 0 },
          ],
        },
      ],
    };
    assert.deepEqual(validateProgram(broken), [
      'a[0] jump: jump to 9 leaves the function',
      'a[1] copy: no site 77',
      'a[1] copy: no register r5',
      'a[1] copy: no object 3',
      "a[2] sync: 'spin.lock' takes 1 arguments, not 0",
      "a[3] sync: no operation 'spin.bake'",
      'a: control falls off its end',
    ]);
  });
});
