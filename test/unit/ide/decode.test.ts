import { strict as assert } from 'node:assert';
import { decodeWord, parseValue, wordsMatching } from '../../../src/ide/bits/decode';
import type { Scene } from '../../../src/ide/scene';
import { fixture, testParser } from '../kernel/fixture';
import { sceneOf } from './scene';

const source = `
//- /include/lamp.h
enum lamp_bits {
	LAMP_ON,	/* It shines */
	LAMP_HOT,
	LAMP_DIM = 5,	/* The far bulb */
	LAMP_MAX
};
enum { COLOUR_RED = 1 << 0, COLOUR_BLUE = 1 << 4 };
struct lamp { unsigned long state; unsigned int colours; };
struct desk { struct lamp *lamp; unsigned long state; };
//- /a.c
#include "lamp.h"
void a(struct lamp *l)
{
	set_bit(LAMP_ON, &l->state);
	clear_bit(LAMP_HOT, &l->state);
	l->colours |= COLOUR_RED;
	if (l->colours & COLOUR_BLUE)
		return;
}
`;

async function scene(more = ''): Promise<Scene> {
  return sceneOf(await testParser(), fixture(source + more).files);
}

/** `ON (0), bit 3`, then what is clear, or the problem. */
async function decoded(word: string, value: string, more = ''): Promise<string> {
  const d = decodeWord(await scene(more), word, value);
  if ('problem' in d) return d.problem;
  return `${d.word} ${d.value}: ${d.bits.map(b => b.name).join(' ')} / ${d.clear.map(b => b.name).join(' ')} / ${d.unknown.join(' ')}`;
}

describe('decoding a state word', () => {
  it('by field, as written, by a bit, by its enum', async () => {
    const wanted = 'lamp.state 0x23: LAMP_ON LAMP_HOT LAMP_DIM /  / ';
    assert.equal(await decoded('lamp.state', '0x23'), wanted);
    assert.equal(await decoded('l->state', '0x23'), wanted);
    assert.equal(await decoded('&l->state', '35'), wanted);
    assert.equal(await decoded('LAMP_HOT', '0b100011'), wanted);
    assert.equal(await decoded('state', '043'), wanted);
    assert.equal(await decoded('lamp_bits', '0x23'), wanted.replace('lamp.state', 'enum lamp_bits'));
  });

  it('what is clear, what nobody names, all 64 bits', async () => {
    assert.equal(
      await decoded('lamp.state', '0x48'),
      'lamp.state 0x48: bit 3 bit 6 / LAMP_ON LAMP_HOT LAMP_DIM / 3 6',
    );
    const all = decodeWord(await scene(), 'lamp.state', '-1');
    assert.ok(!('problem' in all));
    assert.equal(all.value, '0xffffffffffffffff');
    assert.equal(all.bits.length, 64);
    assert.equal(all.bits[0]?.comment, 'It shines');
    assert.equal(all.enum, 'lamp_bits');
  });

  it('words of plain masks', async () => {
    assert.equal(await decoded('lamp.colours', '0x11'), 'lamp.colours 0x11: COLOUR_RED COLOUR_BLUE /  / ');
  });

  it('numbers as C writes them', () => {
    const good: readonly (readonly [string, bigint])[] = [
      ['0x37', 0x37n],
      [' 0X37UL ', 0x37n],
      ['0b11', 3n],
      ['017', 15n],
      ['0', 0n],
      ['55ull', 55n],
      ['-1', 0xffffffffffffffffn],
      ['0xffffffffffffffff', 0xffffffffffffffffn],
      ['0xdead_beef', 0xdeadbeefn],
    ];
    for (const [text, value] of good) assert.equal(parseValue(text), value, text);
    const bad: readonly (readonly [string, RegExp])[] = [
      ['', /Type a number/],
      ['37h', /no number/],
      ['deadbeef', /is it 0xdeadbeef\?/],
      ['089', /octal/],
      ['0x1ffffffffffffffff', /64 bits/],
      ['-9223372036854775809', /64 bits/],
      ['0x', /no number/],
      ['1.5', /no number/],
    ];
    for (const [text, message] of bad) assert.match(String(parseValue(text)), message, text);
  });

  it('unknown and ambiguous words', async () => {
    assert.match(await decoded('nothing.here', '1'), /No state word or enum nothing.here .* lamp.state/);
    assert.match(await decoded('', '1'), /Name a state word/);
    const more = `
//- /b.c
#include "lamp.h"
void b(struct desk *d) { set_bit(3, &d->state); }
`;
    assert.equal(
      await decoded('state', '1', more),
      'state may be lamp.state or desk.state: name the struct.',
    );
    const empty = sceneOf(await testParser(), [{ path: '/e.c', text: 'int x;\n' }]);
    assert.match(JSON.stringify(decodeWord(empty, 'a.b', '1')), /no open file has a state word/);
  });

  it('words to complete', async () => {
    const s = await scene();
    const names = (typed: string): readonly string[] => wordsMatching(s, typed).map(w => w.word);
    assert.deepEqual(names(''), ['lamp.state', 'lamp.colours']);
    assert.deepEqual(names('lamp.st'), ['lamp.state']);
    assert.deepEqual(names('l->co'), ['lamp.colours']);
    assert.deepEqual(names('LAMP_H'), ['lamp.state']);
    assert.deepEqual(names('zzz'), []);
  });
});
