import { strict as assert } from 'node:assert';
import { functionsOf } from '../../../src/kernel/functions';
import { survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

const classes = `
//- /include/box.h
#define __free(x) __cleanup(__free_##x)
struct box { struct mutex m; spinlock_t l; int v; };
static inline void box_lock(struct box *b) { mutex_lock(&b->m); }
static inline void box_unlock(struct box *b) { mutex_unlock(&b->m); }
static inline struct box *box_get_locked(struct box *b)
{
        mutex_lock(&b->m);
        return b;
}
DEFINE_GUARD(box, struct box *, box_lock(_T), box_unlock(_T))
DEFINE_GUARD_COND(box, _try, mutex_trylock(&_T->m))
DEFINE_LOCK_GUARD_1(boxspin, struct box, spin_lock_bh(&_T->lock->l), spin_unlock_bh(&_T->lock->l))
DEFINE_LOCK_GUARD_0(quiet, rcu_read_lock(), do { rcu_read_unlock(); } while (0))
DEFINE_CLASS(boxref, struct box *, if (_T) box_unlock(_T), box_get_locked(b), struct box *b)
DEFINE_CLASS(boxplain, struct box *, box_put(_T), box_get(b), struct box *b)
DEFINE_FREE(box_done, struct box *, if (_T) mutex_unlock(&_T->m))
DEFINE_FREE(box_drop, struct box *, if (_T) box_put(_T))
//- /test.c
#include "include/box.h"
`;

/** What is open where `f()` calls `look()`, in text order; and where it ends. `?` on some paths only. */
async function checkLooks(source: string, looks: readonly string[], atEnd = ''): Promise<void> {
  const scene = sceneOf(await testParser(), fixture(classes + source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  const s = survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
  const f = s.find('f', '/test.c');
  const sections = f && s.sections(f);
  assert.ok(f);
  const words = (point: number): string =>
    [...(sections?.before[point] ?? [])]
      .flatMap(([key, levels]) => levels.map(l => (l.must ? key : `${key}?`)))
      .join(', ');
  const found = [...f.analysis.flow.points]
    .filter(p => f.analysis.events(p).some(e => e.kind === 'call' && e.name === 'look'))
    .sort((a, b) => (a.node?.start ?? 0) - (b.node?.start ?? 0));
  assert.deepEqual(
    found.map(p => words(p.id)),
    looks,
  );
  assert.equal(words(f.analysis.flow.exit), atEnd);
  assert.deepEqual(sections?.strayEnds ?? [], []);
}

describe('guard classes of the tree', () => {
  it('end with their block, by return, goto, break and at its end', () =>
    checkLooks(
      `
int f(struct box *p)
{
        scoped_guard(boxspin, p) {
                if (!p->v)
                        goto out;
                look(p);
        }
        look(p);
        for (;;) {
                guard(box)(p);
                if (p->v)
                        break;
                look(p);
        }
out:
        look(p);
        guard(box)(p);
        if (!p->v)
                return -1;
        scoped_guard(quiet)
                look(p);
        return 0;
}
`,
      ['spin p->l, bh', '', 'mutex p->m', '', 'mutex p->m, rcu'],
    ));

  it('that fail: what is to be done then runs without', () =>
    checkLooks(
      `
int f(struct box *p)
{
        scoped_cond_guard(mutex_intr, return look(p), &p->m) {
                look(p);
        }
        scoped_guard(box_try, p) {
                look(p);
        }
        look(p);
        return 0;
}
`,
      ['', 'mutex p->m', 'mutex p->m', ''],
    ));

  it('CLASS() with a variable, and one that locks nothing', () =>
    checkLooks(
      `
int f(struct box *p)
{
        for (;;) {
                CLASS(boxref, ref)(p);
                look(ref);
                if (p->v)
                        break;
        }
        CLASS(boxplain, other)(p);
        look(other);
        return 0;
}
`,
      ['mutex p->m', ''],
    ));

  it('__free() of a variable ends what its body ends', () =>
    checkLooks(
      `
int f(struct box *p, int n)
{
        {
                struct box *q __free(box_done) = box_get_locked(p);
                struct box *r __free(box_drop) = box_get(p);
                if (n)
                        return look(q);
                look(q);
        }
        look(p);
        return 0;
}
`,
      ['mutex p->m', 'mutex p->m', ''],
    ));

  it('__free() of what is handed on ends nothing', () =>
    checkLooks(
      `
struct box *f(struct box *p)
{
        struct box *q __free(box_done) = box_get_locked(p);
        look(q);
        return no_free_ptr(q);
}
`,
      ['mutex p->m'],
      'mutex p->m',
    ));
});
