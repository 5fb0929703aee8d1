/** Bit operations on arrays of unsigned long: atomic ones are one step, `__` ones a load and a store. */
import type { Marking, Operand } from '../../ir/program';
import { constant, integerIn, zero } from '../builder';
import type { Expression } from '../c/ast';
import { spanOf, temporary } from '../context';
import type { Place, Value } from '../context';
import { boolType, scalarOf, unsignedLongType } from '../types';
import type { Call, Row, Rows } from './kit';
import { loadCell, nothing, number, operation, sequence, sync, target } from './kit';

interface Bit {
  readonly place: Place;
  readonly address: Operand;
  readonly mask: Operand;
}

/** The word and the mask of `set_bit(nr, addr)`. */
function bitOf(c: Call, nr: number, where: number): Bit {
  const { f } = c;
  const e = c.arguments[nr];
  const p = target(c, where);
  const v = bitNumber(c, e);
  const n = f.build.convert(v.operand, scalarOf(v.type), 'u64');
  const known = integerIn(f.build.known(n));
  if (typeof known === 'number') {
    if (p.kind === 'memory' && p.origin && e) noteName(c, p, e, known);
    const word =
      p.kind === 'memory'
        ? f.build.binary('add', 'u64', p.address, constant(Math.floor(known / 64) * 8))
        : zero;
    const mask = 1n << BigInt(known % 64);
    return { place: p, address: word, mask: constant(mask <= 9007199254740991n ? Number(mask) : mask) };
  }
  const word = f.build.binary('shl', 'u64', f.build.binary('shr', 'u64', n, constant(6)), constant(3));
  const address = p.kind === 'memory' ? f.build.binary('add', 'u64', p.address, word) : zero;
  const mask = f.build.binary('shl', 'u64', constant(1), f.build.binary('and', 'u64', n, constant(63)));
  return { place: p, address, mask };
}

function bitNumber(c: Call, e: Expression | undefined): Value {
  const { f } = c;
  if (!e) return number(0, unsignedLongType);
  // A bit name that nothing defines (lone files) gets a bit of its own.
  if (e.kind === 'name' && /^[A-Z]/.test(e.name) && !f.lowering.isKnownName(f, e.name))
    return number(f.lowering.unknownName(e.name, 'bit', spanOf(e)), unsignedLongType);
  return f.lowering.parts.value(f, e);
}

function noteName(c: Call, p: Place, e: Expression, bit: number): void {
  if (p.kind !== 'memory' || !p.origin) return;
  const via = e.first.via;
  const name = e.kind === 'name' ? e.name : via && e.first.start === e.last.start ? via : undefined;
  if (name && /^[A-Z_][A-Za-z0-9_]*$/.test(name) && name !== c.name) {
    const origin = { ...p.origin, offset: p.origin.offset + Math.floor(bit / 64) * 8 };
    c.f.lowering.noteBit(origin, bit % 64, name);
  }
}

function change(operator: 'or' | 'andnot' | 'xor', marking: Marking): Row {
  return c => {
    const b = bitOf(c, 0, 1);
    c.f.build.emit({ op: 'rmw', operator, type: 'u64', address: b.address, value: b.mask, marking });
    return nothing;
  };
}

function changePlainly(operator: 'or' | 'andnot' | 'xor', marking: Marking = 'plain'): Row {
  return c => {
    const b = bitOf(c, 0, 1);
    plainStep(c, b, operator, marking);
    return nothing;
  };
}

function plainStep(c: Call, b: Bit, operator: 'or' | 'andnot' | 'xor', marking: Marking): Operand {
  const { f } = c;
  const t = temporary(f, 'u64');
  f.build.emit({ op: 'load', to: t.register, type: 'u64', address: b.address, marking: 'plain' });
  const by =
    operator === 'andnot' ? f.build.binary('xor', 'u64', b.mask, constant(0xffffffffffffffffn)) : b.mask;
  const next = f.build.binary(operator === 'andnot' ? 'and' : operator, 'u64', t.operand, by);
  f.build.emit({ op: 'store', type: 'u64', address: b.address, value: next, marking });
  return t.operand;
}

function isSet(c: Call, word: Operand, mask: Operand): Value {
  const masked = c.f.build.binary('and', 'u64', word, mask);
  return { type: boolType, operand: c.f.build.binary('ne', 'u64', masked, zero) };
}

function testAnd(operator: 'or' | 'andnot' | 'xor', marking: Marking): Row {
  return c => {
    const b = bitOf(c, 0, 1);
    const t = temporary(c.f, 'u64');
    c.f.build.emit({
      op: 'rmw',
      to: t.register,
      operator,
      type: 'u64',
      address: b.address,
      value: b.mask,
      marking,
    });
    return isSet(c, t.operand, b.mask);
  };
}

function testAndPlainly(operator: 'or' | 'andnot' | 'xor'): Row {
  return c => {
    const b = bitOf(c, 0, 1);
    return isSet(c, plainStep(c, b, operator, 'plain'), b.mask);
  };
}

function test(marking: Marking): Row {
  return c => {
    const b = bitOf(c, 0, 1);
    if (b.place.kind === 'register') return isSet(c, loadCell(c, b.place, 'plain').operand, b.mask);
    const t = temporary(c.f, 'u64');
    c.f.build.emit({ op: 'load', to: t.register, type: 'u64', address: b.address, marking });
    return isSet(c, t.operand, b.mask);
  };
}

/** Bit spinlocks: the bit itself is the lock; preemption is off while it is held. */
const bitLock: Row = c => {
  const { f } = c;
  sync(f, 'preempt.off', []);
  const head = f.build.label();
  const end = f.build.label();
  const again = f.build.label();
  f.build.jump(head);
  f.build.bind(head);
  const got = testAnd('or', 'acquire')(c);
  f.build.branch(got.operand, again, end);
  f.build.bind(again);
  sync(f, 'yield', [zero]);
  f.build.jump(head);
  f.build.bind(end);
  return nothing;
};

const bitTry: Row = c => {
  const { f } = c;
  sync(f, 'preempt.off', []);
  const got = testAnd('or', 'acquire')(c);
  const result = f.build.binary('eq', 'i32', got.operand, zero);
  const lost = f.build.label();
  const end = f.build.label();
  f.build.branch(result, end, lost);
  f.build.bind(lost);
  sync(f, 'preempt.on', []);
  f.build.jump(end);
  f.build.bind(end);
  return { type: boolType, operand: result };
};

const preemptOn = operation('preempt.on');

export const bits: Rows = {
  set_bit: change('or', 'relaxed'),
  clear_bit: change('andnot', 'relaxed'),
  change_bit: change('xor', 'relaxed'),
  clear_bit_unlock: change('andnot', 'release'),
  test_bit: test('once'),
  test_bit_acquire: test('acquire'),
  _test_bit: test('plain'),
  const_test_bit: test('once'),
  arch_test_bit: test('once'),
  test_and_set_bit: testAnd('or', 'full'),
  test_and_set_bit_lock: testAnd('or', 'acquire'),
  test_and_clear_bit: testAnd('andnot', 'full'),
  test_and_change_bit: testAnd('xor', 'full'),
  __set_bit: changePlainly('or'),
  __clear_bit: changePlainly('andnot'),
  __change_bit: changePlainly('xor'),
  ___set_bit: changePlainly('or'),
  ___clear_bit: changePlainly('andnot'),
  __clear_bit_unlock: changePlainly('andnot', 'release'),
  __test_and_set_bit: testAndPlainly('or'),
  __test_and_clear_bit: testAndPlainly('andnot'),
  __test_and_change_bit: testAndPlainly('xor'),
  assign_bit: c => conditional(c, change('or', 'relaxed'), change('andnot', 'relaxed')),
  __assign_bit: c => conditional(c, changePlainly('or'), changePlainly('andnot')),
  bit_spin_lock: bitLock,
  bit_spin_trylock: bitTry,
  bit_spin_unlock: sequence(change('andnot', 'release'), preemptOn),
  __bit_spin_unlock: sequence(changePlainly('andnot', 'release'), preemptOn),
  bit_spin_is_locked: test('once'),
};

function conditional(c: Call, set: Row, clear: Row): Value {
  const { f } = c;
  const e = c.arguments[2];
  if (!e) return nothing;
  const yes = f.build.label();
  const no = f.build.label();
  const end = f.build.label();
  f.build.branch(f.lowering.parts.value(f, e).operand, yes, no);
  f.build.bind(yes);
  set(c);
  f.build.jump(end);
  f.build.bind(no);
  clear(c);
  f.build.jump(end);
  f.build.bind(end);
  return nothing;
}
