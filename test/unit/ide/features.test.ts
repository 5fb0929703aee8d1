import { strict as assert } from 'node:assert';
import { actions } from '../../../src/ide/actions';
import { decode, decoders } from '../../../src/ide/bits/decode';
import { decorations } from '../../../src/ide/decorations';
import { deepen } from '../../../src/ide/deepen';
import { facts } from '../../../src/ide/facts/facts';
import { fix } from '../../../src/ide/fix';
import { functionAt, harness, harnessesFor, threadAt } from '../../../src/ide/harnesses';
import { hover } from '../../../src/ide/hover/hover';
import { lenses, type LensVerdict } from '../../../src/ide/lenses';
import { recipe } from '../../../src/ide/recipe';
import type { Scene } from '../../../src/ide/scene';
import { createFactStore } from '../../../src/kernel/functions';
import { checkMarks, fixture, testParser, type Fixture } from '../kernel/fixture';
import { sceneOf } from './scene';

async function openFixture(source: string, newline = '\n'): Promise<{ fix: Fixture; scene: Scene }> {
  const fix = fixture(source, newline);
  return { fix, scene: sceneOf(await testParser(), fix.files) };
}

/** A polled wheel with another name for everything: a bit its owner clears, a gate that lets a second side in. */
const prelude = `
//- /wheel.h
enum {
	WHEEL_QUEUED,	/* Somebody turns it, its owner must clear this */
	WHEEL_HELD,	/* The gate side is in, do not finish */
	WHEEL_LAZY,
};
#define WF_QUEUED BIT(WHEEL_QUEUED)
#define WF_HELD (1UL << WHEEL_HELD)
#define WF_BOTH (WF_QUEUED | WF_HELD)
struct gate { int x; };
struct hub { struct gate __rcu *gate; struct list_head wheels; };
struct wheel {
	struct hub *hub;
	struct list_head link;
	unsigned long flags;
	int busy;
	int room;
	int (*turn)(struct wheel *wheel, int room);
};
static inline void *enter(struct wheel *w)
{
	struct hub *hub = w->hub;

	if (rcu_access_pointer(hub->gate)) {
		while (cmpxchg(&w->busy, 0, 1) != 0)
			cpu_relax();
		return w;
	}
	return NULL;
}
static inline void leave(void *have)
{
	struct wheel *w = have;

	if (w)
		smp_store_release(&w->busy, 0);
}
`;

const gate = (tail: string): string => `
//- /gate.c
#include "wheel.h"
static void visit(struct hub *hub)
{
	struct wheel *w;

	list_for_each_entry_rcu(w, &hub->wheels, link) {
		if (cmpxchg(&w->busy, 0, 2) == 0) {
			if (!test_and_set_bit(WHEEL_HELD, &w->flags)) {
				w->turn(w, 0);
				clear_bit(WHEEL_HELD, &w->flags);
			}
			smp_store_release(&w->busy, 0);
		}
	}
}
void gate_visit(struct hub *hub)
{
	if (rcu_dereference_bh(hub->gate))
		visit(hub);
}
static int __gate_open(struct hub *hub, struct gate *g)
{
	if (!g)
		return -EINVAL;
	rcu_assign_pointer(hub->gate, g);
	return 0;
}
int gate_open(struct hub *hub, struct gate *g)
{
	int err;

	rtnl_lock();
	err = __gate_open(hub, g);
	if (err)
		goto unlock;
	rtnl_unlock();
${tail}	return 0;

unlock:
	rtnl_unlock();
	return err;
}
`;

const wheel = `
//- /wheel.c
#include "wheel.h"
bool wheel_finish(struct wheel *w, int done)
{
	unsigned long val, new;

	if (w->flags & WF_HELD)
		return false;
	do {
		val = READ_ONCE(w->flags);
		new = val & ~WF_QUEUED;
	} while (cmpxchg(&w->flags, val, new) != val);
	return true;
}
void wheel_stop(struct wheel *w)
{
	while (test_bit(WHEEL_QUEUED, &w->flags))
		msleep(1);
}
static void wheel_run(struct wheel *w, struct list_head *again)
{
	void *have = enter(w);

	if (test_bit(WHEEL_QUEUED, &w->flags))
		w->turn(w, w->room);
	leave(have);
}
`;

const story = prelude + gate('') + wheel;

describe('lenses and the fix', () => {
  it('the lens, its states, and the text of the fix', async () => {
    const { scene } = await openFixture(story);
    const [file] = scene.files;
    assert.ok(file);
    const titles = (verdict?: LensVerdict): readonly string[] =>
      lenses(scene, file, () => verdict).map(
        l => `${file.text.slice(l.span.start, l.span.end)}: ${l.title} [${l.action}]`,
      );
    const plain = 'gate_open: publishes hub->gate without a grace period';
    assert.deepEqual(titles(), [`${plain} · simulate [simulate]`]);
    assert.deepEqual(titles({ state: 'running' }), [`${plain} · simulating… [none]`]);
    assert.deepEqual(titles({ state: 'done', without: 'hang', with: 'holds' }), [
      'gate_open: hang -> holds with synchronize_rcu() · apply [apply]',
    ]);
    assert.deepEqual(titles({ state: 'done', without: 'hang', with: 'hang' }), [
      'gate_open: hang -> hang with synchronize_rcu() · simulate [simulate]',
    ]);
    assert.deepEqual(titles({ state: 'done', without: 'cannot-tell' }), [
      `${plain}: cannot-tell · simulate [simulate]`,
    ]);
    const [lens] = lenses(scene, file, () => undefined);
    const edit = lens && fix(scene, lens.publication);
    assert.ok(edit);
    assert.equal(
      edit.newText,
      `
	/* Wait for readers that were inside before hub->gate was visible:
	 * enter() takes no lock while hub->gate is NULL.
	 */
	synchronize_rcu();

`,
    );
    const applied = file.text.slice(0, edit.span.start) + edit.newText + file.text.slice(edit.span.end);
    assert.match(applied, /rtnl_unlock\(\);\n\n\t\/\* Wait[^]*synchronize_rcu\(\);\n\n\treturn 0;/);
    const after = sceneOf(await testParser(), [
      ...fixture(prelude + wheel).files,
      { path: '/gate.c', text: applied },
    ]);
    assert.deepEqual(
      after.files.flatMap(f => lenses(after, f, () => undefined)),
      [],
    );
  });

  it('CRLF files get CRLF', async () => {
    const { scene } = await openFixture(story, '\r\n');
    const [file] = scene.files;
    const [lens] = file ? lenses(scene, file, () => undefined) : [];
    const edit = lens && fix(scene, lens.publication);
    assert.equal(edit?.newText.replace(/\r\n/g, '').includes('\n'), false);
    assert.match(edit?.newText ?? '', /\tsynchronize_rcu\(\);\r\n/);
  });

  it('a code action anywhere in the functions concerned, and nowhere else', async () => {
    const { scene } = await openFixture(story);
    const [file] = scene.files;
    assert.ok(file);
    const at = (text: string): readonly string[] =>
      actions(scene, file, file.text.indexOf(text), file.text.indexOf(text)).map(a => a.title);
    const title = 'Wait for a grace period after publishing hub->gate in gate_open()';
    assert.deepEqual(at('rcu_assign_pointer'), [title]);
    assert.deepEqual(at('goto unlock'), [title]);
    assert.deepEqual(at('list_for_each'), []);
  });

  it('the reader may be in a header that only the publisher has open', async () => {
    const { scene } = await openFixture(prelude + gate(''));
    assert.equal(scene.files.flatMap(f => lenses(scene, f, () => undefined)).length, 1);
  });

  it('half-typed code elsewhere changes nothing', async () => {
    const { scene } = await openFixture(`${story}\nvoid typing(struct wheel *w)\n{\n\tif (w->\n}\n`);
    assert.equal(scene.files.flatMap(f => lenses(scene, f, () => undefined)).length, 1);
  });
});

describe('hover', () => {
  const link = (s: { file: string; start: number }): string => `${s.file}:${s.start}`;
  /** The markdown with link targets left out; the cursor is before the `nth` occurrence of a text in a file. */
  async function at(source: string, path: string, text: string, nth = 0): Promise<string> {
    const { scene } = await openFixture(source);
    const file = scene.files.find(f => f.path === path);
    assert.ok(file);
    let offset = file.text.indexOf(text);
    for (let i = 0; i < nth; i++) offset = file.text.indexOf(text, offset + 1);
    assert.ok(offset >= 0, text);
    const h = hover(scene, file, offset, link);
    return (h?.markdown ?? 'none').replace(/\]\([^)]*\)/g, ']');
  }

  it('a bit: its meaning, who does what to it, what happens here', async () => {
    assert.equal(
      await at(story, '/wheel.c', 'WHEEL_QUEUED, &w->flags))\n\t\tmsleep'),
      `**\`WHEEL_QUEUED\`** — bit 0 of \`wheel.flags\`

> Somebody turns it, its owner must clear this

Cleared 1×, tested 1×, waited for 1× in 1 file of the tree

- Cleared by [\`wheel_finish()\`] (\`cmpxchg\`, full if it succeeds)
- Tested by [\`wheel_run()\`] (\`test_bit\`)
- Waited for by [\`wheel_stop()\`] (\`test_bit\`, until clear)

Here waited for by \`test_bit()\`: one step towards other CPUs; relaxed: atomic, orders nothing around it.`,
    );
  });

  it('a mask stands for its bits', async () => {
    const text = await at(story, '/wheel.c', 'WF_HELD');
    assert.match(text, /^\*\*`WF_HELD`\*\* — bit 1 of `wheel.flags`\n\n> The gate side is in, do not finish/);
    assert.match(text, /Set by \[`visit\(\)`\] \(`test_and_set_bit`, full\)/);
    assert.match(text, /Here tested by a plain access: unmarked/);
  });

  it('a number used with a state word is decoded', async () => {
    const source = `${story}
bool wheel_idle(struct wheel *w)
{
	return READ_ONCE(w->flags) == 0x25;
}
int other(int x)
{
	return x == 0x25;
}`;
    assert.equal(
      await at(source, '/wheel.c', '0x25'),
      `**\`0x25\`** as \`wheel.flags\`

- \`WHEEL_QUEUED\` (0) Somebody turns it, its owner must clear this
- \`WHEEL_LAZY\` (2)
- \`bit 5\` (5)`,
    );
    assert.equal(await at(source, '/wheel.c', '0x25', 1), 'none');
  });

  it('a conditional lock at its call', async () => {
    const text = await at(story, '/wheel.c', 'enter(w)');
    assert.match(text, /conditional lock: takes no lock while `hub->gate` is NULL/);
    assert.match(text, /Else it takes `w->busy`/);
  });

  it('begin and end of a section, and a primitive', async () => {
    const begin = await at(story, '/gate.c', 'rtnl_lock');
    assert.match(begin, /^\*\*`rtnl_lock\(\)`\*\* — RTNL; begins a section; acquire.*; may sleep/);
    assert.match(begin, /Section: holds RTNL, lines \d+ to \d+/);
    const end = await at(story, '/gate.c', 'rtnl_unlock');
    assert.match(end, /Ends RTNL, begun in \[line \d+\]/);
    assert.match(await at(story, '/gate.c', 'rcu_assign_pointer'), /RCU; writes; release/);
    assert.match(
      await at(story, '/gate.c', 'test_and_set_bit'),
      /fully ordered[^]*Here `WHEEL_HELD` set: `w->flags`/,
    );
  });

  it('names without meaning here give nothing', async () => {
    assert.equal(await at(story, '/gate.c', 'err;'), 'none');
    assert.equal(await at(story, '/gate.c', 'EINVAL'), 'none');
  });
});

describe('decorations', () => {
  async function checkDecorations(source: string): Promise<void> {
    const { fix, scene } = await openFixture(source);
    for (const file of scene.files) deepen(scene, file, 0, file.text.length, () => false);
    const found = scene.files.flatMap(file =>
      decorations(scene, file).map(d => ({ ...d.span, label: `${d.kind} ${d.depth} ${d.label}` })),
    );
    checkMarks(scene.files, fix.marks, found);
  }

  it('sections, accesses, pointers', () =>
    checkDecorations(`
      void f(struct s *p) {
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu-reader 0 RCU reader
              if (rcu_dereference(p->q))
          //      ^^^^^^^^^^^^^^^^^^^^^ pointer-read 1 reads p->q
                      set_bit(B, &p->state);
          //          ^^^^^^^^^^^^^^^^^^^^^ bit-set 1 B set
              spin_lock(&p->lock);
          //  ^^^^^^^^^^^^^^^^^^^^ lock 1 holds spinlock p->lock
              clear_bit(B, &p->state);
          //  ^^^^^^^^^^^^^^^^^^^^^^^ bit-clear 2 B cleared
              spin_unlock(&p->lock);
              rcu_read_unlock();
              synchronize_rcu();
          //  ^^^^^^^^^^^^^^^^^ grace-period 0 grace period
      }
    `));

  it('a lock dropped and taken again on one way is one stretch', () =>
    checkDecorations(`
      void f(struct s *p) {
              rtnl_lock();
          //  ^^^^^^^^^^^^ lock 0 holds RTNL
              if (p->a) {
                      rtnl_unlock();
                      msleep(1);
                      rtnl_lock();
          //          ^^^^^^^^^^^^ lock 0 holds RTNL
              }
              work(p);
              rtnl_unlock();
      }
    `));

  it('implicit readers say why; a whole handler is one', () =>
    checkDecorations(`
      void f(struct s *p) {
              local_bh_disable();
          //  ^^^^^^^^^^^^^^^^^^^ bh-off 0 BH off
          //  ^^^^^^^^^^^^^^^^^^^ rcu-reader-implicit 1 RCU reader: BH off
              work(p);
              local_bh_enable();
      }
      static int poll(struct napi_struct *n, int budget) {
  //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ rcu-reader-implicit 0 RCU reader: runs in NAPI poll (NET_RX softirq); BH disabled
              return 0;
      }
      void g(struct s *p) {
              netif_napi_add(dev, &p->napi, poll);
      }
    `));

  it('what is left open is marked', () =>
    checkDecorations(`
      int f(struct s *p) {
              mutex_lock(&p->m);
          //  ^^^^^^^^^^^^^^^^^^ lock 0 holds mutex p->m: ended on some paths only
          //  ^^^^^^^^^^^^^^^^^ unbalanced 1 holds mutex p->m: ended on some paths only
              if (p->a)
                      return -EINVAL;
              mutex_unlock(&p->m);
              return 0;
      }
    `));
});

describe('decode', () => {
  it('names, comments, bits without a name', async () => {
    const { scene } = await openFixture(story);
    const decoder = decoders(scene).find(d => d.word === 'wheel.flags');
    assert.ok(decoder);
    const decoded = decode(decoder, 0x8000000000000003n);
    assert.equal(decoded.value, '0x8000000000000003');
    assert.deepEqual(
      decoded.bits.map(b => `${b.number} ${b.name}`),
      ['0 WHEEL_QUEUED', '1 WHEEL_HELD', '63 bit 63'],
    );
    assert.equal(decoded.bits[0]?.comment, 'Somebody turns it, its owner must clear this');
  });
});

describe('facts as data', () => {
  it('of one file', async () => {
    const { scene } = await openFixture(story);
    const [file] = scene.files;
    assert.ok(file);
    const f = facts(scene, file);
    assert.deepEqual(
      f.publishes.map(p => `${p.function} ${p.pointer} ${p.readers.join()} ${String(p.fixLine)}`),
      [`gate_open hub->gate enter ${String(lineOf(file.text, '\treturn 0;\n\nunlock'))}`],
    );
    assert.deepEqual(f.words, [{ word: 'wheel.flags', bits: { 0: 'WHEEL_QUEUED', 1: 'WHEEL_HELD' } }]);
    assert.ok(f.regions.some(r => r.function === 'gate_open' && r.kind === 'rtnl'));
    assert.ok(
      f.accesses.some(a => a.function === 'visit' && a.kind === 'clear' && a.bits[0] === 'WHEEL_HELD'),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(f)), f);
  });

  function lineOf(text: string, at: string): number {
    return text.slice(0, text.indexOf(at)).split('\n').length;
  }
});

describe('harnesses', () => {
  const race = `
//- /wheel.race.c
#include <racelens.h>
#include "wheel.c"
RACE_THREAD(softirq, turner) { wheel_run(&w, &l); }
RACE_THREAD(process, stopper)
{
	wheel_stop(&w);$0
}
RACE_EXPECT(possible, hang)
`;

  it('what is in one, and what is under the cursor', async () => {
    const { fix, scene } = await openFixture(story + race);
    const file = scene.files.find(f => f.path === '/wheel.race.c');
    assert.ok(file && fix.cursor);
    const h = harness(file);
    assert.deepEqual(
      h?.threads.map(t => `${t.kind} ${t.context} ${t.name}`),
      ['thread softirq turner', 'thread process stopper'],
    );
    assert.equal(h?.expects, 'hang');
    assert.equal(threadAt(file, fix.cursor.offset)?.name, 'stopper');
    const source = scene.files.find(f => f.path === '/wheel.c');
    assert.ok(source);
    assert.equal(harness(source), undefined);
    assert.equal(functionAt(source, source.text.indexOf('msleep')), 'wheel_stop');
  });

  it('those that concern a file', async () => {
    const { scene } = await openFixture(story + race);
    const of = (path: string): readonly string[] => {
      const file = scene.files.find(f => f.path === path);
      assert.ok(file);
      return harnessesFor(file, scene.files, 'wheel_stop').map(
        m => `${m.harness.file} ${String(m.includesFile)} ${[...m.functions].sort().join()}`,
      );
    };
    assert.deepEqual(of('/wheel.c'), ['/wheel.race.c true wheel_run,wheel_stop']);
    assert.deepEqual(of('/gate.c'), []);
  });
});

describe('the made-up harness', () => {
  it('finds who plays what, by structure', async () => {
    const { scene } = await openFixture(story);
    const r = recipe(scene, '/');
    assert.deepEqual(r?.roles, {
      publisher: 'gate_open',
      poller: 'wheel_run',
      disabler: 'wheel_stop',
      lock: 'enter',
      completion: 'wheel_finish',
      intruder: 'gate_visit',
    });
    for (const line of [
      '#include "gate.c"',
      '#include "wheel.c"',
      'static int made_up_callback(struct wheel *a0, int a1)',
      '\t\twheel_finish(a0, 0);',
      '\t.hub = &owner,',
      '\t.flags = WF_QUEUED,',
      '\t.room = 64,',
      '\t.turn = made_up_callback,',
      '\tlist_add(&polled.link, &owner.wheels);',
      '\twheel_run(&polled, &again);',
      '\tgate_visit(&owner);',
      '\twheel_stop(&polled);',
    ])
      assert.ok(r?.text.includes(`${line}\n`), `${line}\n${r?.text ?? ''}`);
    const parser = await testParser();
    assert.deepEqual(parser.parseFile('/x.race.c', r?.text ?? '').problems, []);
  });

  it('there is none where the shape is not there', async () => {
    const { scene } = await openFixture(
      '//- /a.c\nvoid f(void)\n{\n\trcu_read_lock();\n\trcu_read_unlock();\n}\n',
    );
    assert.equal(recipe(scene, '/'), undefined);
  });
});

describe('the scene', () => {
  it('an unchanged function keeps its facts when another is edited', async () => {
    const store = createFactStore();
    const parser = await testParser();
    const { files } = fixture(story);
    const first = sceneOf(parser, files, store);
    first.files.forEach(f => decorations(first, f));
    const size = store.size;
    const edited = files.map(f => ({ ...f, text: f.text.replace('msleep(1)', 'msleep(2)') }));
    const second = sceneOf(parser, edited, store);
    second.files.forEach(f => decorations(second, f));
    assert.equal(store.size, size + 1);
  });

  it('broken, empty and headerless files have an answer', async () => {
    for (const text of ['', '}', 'int f(', '#if', 'void f(void) { set_bit(A, &n->state); while (', '\0\0']) {
      const { scene } = await openFixture(`//- /a.c\n${text}\nint x;`);
      for (const f of scene.files) {
        decorations(scene, f);
        lenses(scene, f, () => undefined);
        facts(scene, f);
        hover(scene, f, 3, () => '');
      }
    }
  });
});
