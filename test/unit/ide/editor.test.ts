/** What the view Concurrency, the inlay hints and the marks of callers are made of. */
import { strict as assert } from 'node:assert';
import { concurrency, type Concurrency } from '../../../src/ide/concurrency';
import { decorations } from '../../../src/ide/decorations';
import {
  contextsFrom,
  mergedContexts,
  type ContextEntry,
  type ContextsPart,
} from '../../../src/ide/contexts';
import { deepen } from '../../../src/ide/deepen';
import { inlayHints, type InlayHint, type InlayHintKind } from '../../../src/ide/inlayHints';
import type { Scene } from '../../../src/ide/scene';
import { checkMarks, fixture, testParser, type Fixture } from '../kernel/fixture';
import { sceneOf } from './scene';

async function open(source: string): Promise<{ readonly fix: Fixture; readonly scene: Scene }> {
  const fix = fixture(source);
  return { fix, scene: sceneOf(await testParser(), fix.files) };
}

const whole: ReadonlySet<InlayHintKind> = new Set(['wrappers', 'conditionalLocks', 'sleeping', 'ordering']);

const words = ({ text }: InlayHint): string =>
  'what' in text ? `${text.says} ${text.what}` : 'order' in text ? text.order : text.says;

/** Hints as marks of the character before them. */
async function checkHints(source: string, kinds: ReadonlySet<InlayHintKind> = whole): Promise<void> {
  const { fix, scene } = await open(source);
  const found = scene.files.flatMap(file =>
    inlayHints(scene, file, 0, file.text.length, kinds).map(hint => ({
      file: file.path,
      start: hint.offset - 1,
      end: hint.offset,
      label: words(hint),
    })),
  );
  checkMarks(scene.files, fix.marks, found);
}

describe('inlay hints', () => {
  it('say what a wrapper takes and drops, also one in a header, and nothing of a primitive', () =>
    checkHints(`
      //- /box.h
      struct box { struct mutex lock; spinlock_t fast; };
      static inline void box_lock(struct box *b) { mutex_lock(&b->lock); }
      static inline void box_unlock(struct box *b) { mutex_unlock(&b->lock); }
      //- /use.c
      #include "box.h"
      void use(struct box *b) {
              box_lock(b);
          //             ^ takes b->lock
              spin_lock(&b->fast);
              spin_unlock(&b->fast);
              box_unlock(b);
          //               ^ drops b->lock
      }
    `));

  it('say without what a call takes no lock, where it is called and where it is defined', () =>
    checkHints(
      `
      //- /use.c
      struct info { spinlock_t lock; };
      struct dev { struct info *info; };
      static struct info *take(struct dev *d) {
              if (d->info) {
                      spin_lock(&d->info->lock);
                  //                           ^ no-lock-if-null info
                      return d->info;
              }
              return NULL;
      }
      int use(struct dev *d) {
              struct info *i = take(d);
                  //                  ^ no-lock-if-null info
              return i ? 1 : 0;
      }
    `,
      new Set<InlayHintKind>(['conditionalLocks']),
    ));

  it('say what may sleep and what orders memory', () =>
    checkHints(`
      //- /use.c
      void use(struct s *p) {
              msleep(20);
          //            ^ may-sleep
              p->a = kmalloc(8, GFP_KERNEL);
          //                               ^ may-sleep
              p->b = kmalloc(8, GFP_ATOMIC);
              if (test_and_set_bit(1, &p->word))
          //                                  ^ full
                      return;
              clear_bit_unlock(1, &p->word);
          //                               ^ release
              set_bit(2, &p->word);
              smp_mb();
      }
    `));

  it('stay within what is asked for', async () => {
    const { scene } = await open(`
      //- /use.c
      void one(void) { msleep(1); }
      void two(void) { msleep(2); }
    `);
    const [file] = scene.files;
    assert.ok(file);
    const second = file.text.indexOf('void two');
    assert.equal(inlayHints(scene, file, second, file.text.length, whole).length, 1);
    assert.equal(inlayHints(scene, file, 0, second, whole).length, 1);
    assert.deepEqual(inlayHints(scene, file, 0, second, new Set<InlayHintKind>(['wrappers'])), []);
  });
});

const story = `
//- /hub.h
enum {
	HUB_BUSY, /* Somebody works on it */
	HUB_DEAD,
};
struct gate { struct mutex lock; };
struct hub { unsigned long state; struct gate __rcu *gate; spinlock_t lock; };
//- /core.c
#include "hub.h"
static void hub_work(struct hub *h)
{
	spin_lock(&h->lock);
	set_bit(HUB_BUSY, &h->state);
	clear_bit(HUB_BUSY, &h->state);
	spin_unlock(&h->lock);
}
static void hub_softirq(struct softirq_action *a)
{
	hub_work(current_hub);
}
static int __init hub_init(void)
{
	open_softirq(NET_RX_SOFTIRQ, hub_softirq);
	return 0;
}
//- /gate.c
#include "hub.h"
void gate_open(struct hub *h, struct gate *g)
{
	mutex_lock(&g->lock);
	rcu_assign_pointer(h->gate, g);
	mutex_unlock(&g->lock);
}
bool gate_is_open(struct hub *h)
{
	return test_bit(HUB_DEAD, &h->state) || rcu_access_pointer(h->gate);
}
`;

/** One line a row, indented. */
function rows(c: Concurrency): readonly string[] {
  return [
    ...c.words.flatMap(w => [
      w.name,
      ...w.bits.flatMap(b => [
        `  ${b.name ?? 'whole'} ${String(b.number)}${b.comment === undefined ? '' : ` "${b.comment}"`}`,
        ...b.sites.map(s => `    ${s.function} ${s.access} ${s.via}`),
      ]),
    ]),
    ...c.pointers.flatMap(p => [p.name, ...p.sites.map(s => `    ${s.function} ${s.access}`)]),
    ...c.locks.flatMap(l => [`${l.words} ${l.name}`, ...l.sites.map(s => `    ${s.function}`)]),
    ...c.contexts.flatMap(x => [
      x.context,
      ...x.functions.map(r => `    ${[r.function, ...r.chain].join(' < ')}`),
    ]),
  ];
}

describe('the view Concurrency', () => {
  it('has words with their bits, pointers, locks and contexts of one file', async () => {
    const { scene } = await open(story);
    const core = scene.files.find(f => f.path === '/core.c');
    assert.ok(core);
    assert.ok(
      !rows(concurrency(scene, core)).includes('softirq'),
      'contexts are not worked out for the view',
    );
    deepen(scene, core, 0, core.text.length, () => false);
    assert.deepEqual(rows(concurrency(scene, core)), [
      'hub.state',
      '  HUB_BUSY 0 "Somebody works on it"',
      '    hub_work set set_bit',
      '    hub_work clear clear_bit',
      'spinlock hub.lock',
      '    hub_work',
      'softirq',
      '    hub_softirq < open_softirq() < NET_RX softirq',
      '    hub_work < hub_softirq < open_softirq() < NET_RX softirq',
    ]);
  });

  it('has those of all open files at once', async () => {
    const { scene } = await open(story);
    const all = rows(concurrency(scene, undefined));
    for (const row of [
      '  HUB_DEAD 1',
      '    gate_is_open test test_bit',
      'hub.gate',
      '    gate_open publish',
      'mutex gate.lock',
      'spinlock hub.lock',
    ])
      assert.ok(all.includes(row), `${row} is not in\n${all.join('\n')}`);
  });

  it('has nothing where there is nothing, and survives broken text', async () => {
    const { scene } = await open('//- /a.c\nint x;\n');
    assert.deepEqual(rows(concurrency(scene, scene.files[0])), []);
    const broken = await open('//- /a.c\nvoid f(struct s *p) { set_bit(B, &p->state; spin_lock(&p->\n');
    assert.ok(concurrency(broken.scene, broken.scene.files[0]));
  });
});

describe('contexts of functions', () => {
  it('come in pieces, and then all', async () => {
    const { scene } = await open(story);
    for (const file of [undefined, ...scene.files]) {
      const parts: (readonly ContextEntry[])[] = [];
      for (let from: number | undefined = 0; from !== undefined;) {
        const part: ContextsPart = contextsFrom(scene, file, from, () => true);
        parts.push(part.found);
        assert.ok(part.next === undefined || part.next === from + 1, 'one function at a time');
        from = part.next;
      }
      assert.ok(parts.length > 1);
      assert.deepEqual(mergedContexts(parts), contextsFrom(scene, file, 0, () => false).found);
    }
    const [softirq] = contextsFrom(scene, undefined, 0, () => false).found;
    assert.equal(softirq?.context, 'softirq');
    assert.deepEqual(
      softirq.functions.map(f => f.function),
      ['hub_softirq', 'hub_work'],
    );
  });
});

describe('what the whole tree says of a function', () => {
  it('is marked once it has been worked out, with its reason, and found out only once', async () => {
    const { scene } = await open(story);
    const core = scene.files.find(f => f.path === '/core.c');
    assert.ok(core);
    const marks = (): readonly string[] =>
      decorations(scene, core).flatMap(d => (d.kind === 'rcu-reader-implicit' ? [d.label] : []));
    const rounds: boolean[] = [];
    for (let done = false; !done;) {
      const answer = deepen(scene, core, 0, core.text.length, () => true);
      rounds.push(answer.changed);
      ({ done } = answer);
      assert.ok(rounds.length < 10, 'it does not come to an end');
    }
    assert.ok(rounds.length >= 2, 'it is not done in pieces');
    assert.ok(rounds.some(Boolean));
    assert.ok(
      marks().some(label => /^RCU reader: .*NET_RX softirq.*hub_softirq/.test(label)),
      marks().join('\n'),
    );
    assert.deepEqual(
      deepen(scene, core, 0, core.text.length, () => true),
      { changed: false, done: true },
    );
  });
});
