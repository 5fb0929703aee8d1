import { strict as assert } from 'node:assert';
import { evaluateCondition, evaluateConditions } from '../../../src/syntax/condition';

const names: Readonly<Record<string, string>> = {
  CONFIG_Y: 'y',
  CONFIG_M: 'm',
  CONFIG_N: 'n',
  BITS_PER_LONG: '64',
  VALUE: '(1 << 4) + 2',
  SELF: 'SELF',
  __KERNEL__: '1',
  __ASSEMBLY__: 'n',
};
const check = (text: string, expected: boolean | undefined): void =>
  assert.equal(
    evaluateCondition(text, n => names[n]),
    expected,
    text,
  );

describe('syntax: #if conditions', () => {
  it('knows defined and the IS_ family', () => {
    check('defined(CONFIG_Y)', true);
    check('defined CONFIG_Y', true);
    check('defined(CONFIG_M)', false);
    check('defined(CONFIG_M_MODULE)', true);
    check('defined(CONFIG_N)', false);
    check('!defined(CONFIG_N)', true);
    check('IS_ENABLED(CONFIG_M)', true);
    check('IS_BUILTIN(CONFIG_M)', false);
    check('IS_MODULE(CONFIG_M)', true);
    check('IS_REACHABLE(CONFIG_M)', false);
    check('IS_ENABLED(CONFIG_Y) && !IS_ENABLED(CONFIG_N)', true);
    check('defined(__KERNEL__) && !defined(__ASSEMBLY__)', true);
  });

  it('computes', () => {
    check('0', false);
    check('1', true);
    check('BITS_PER_LONG == 64', true);
    check('BITS_PER_LONG * 2 > 0x80UL', false);
    check('VALUE == 18', true);
    check('(1 ? 2 : 0) == 2', true);
    check('-1 < 0 && ~0 != 0', true);
    check("'a'", undefined);
    check('010 == 8', true);
    check('1 / 0', undefined);
  });

  it('does not know what nobody knows, unless it does not matter', () => {
    check('UNKNOWN', undefined);
    check('defined(UNKNOWN)', undefined);
    check('UNKNOWN > 3 && CONFIG_Y', undefined);
    check('UNKNOWN && 0', false);
    check('1 || UNKNOWN', true);
    check('__has_attribute(x) || defined(CONFIG_Y)', true);
    check('SELF', undefined);
    for (const broken of ['', '(', ')', '&&', '1 +', 'defined(', 'a b', '1 ? 2']) check(broken, undefined);
  });

  it('joins conditions', () => {
    const lookup = (n: string): string | undefined => names[n];
    const yes = { text: 'defined(CONFIG_Y)', negated: false };
    const no = { text: 'defined(CONFIG_Y)', negated: true };
    const open = { text: 'UNKNOWN', negated: false };
    assert.equal(evaluateConditions([], lookup), true);
    assert.equal(evaluateConditions([yes], lookup), true);
    assert.equal(evaluateConditions([yes, open], lookup), undefined);
    assert.equal(evaluateConditions([open, no], lookup), false);
  });
});
