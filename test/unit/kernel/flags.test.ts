import { strict as assert } from 'node:assert';
import { fateWords } from '../../../src/kernel/sections/extents';
import { functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

/** Fates of the begins and stray ends of `f()`, and what calling it does. */
async function check(
  source: string,
  fates: readonly string[],
  effects: readonly string[] = [],
): Promise<void> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  const s = survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
  const f = s.find('f');
  const sections = f && s.sections(f);
  assert.ok(f && sections);
  const sites = sections.sites.filter(x => x.effect.role !== 'end' || sections.strayEnds.includes(x));
  assert.deepEqual(
    [...sites]
      .sort((a, b) => a.node.start - b.node.start)
      .map(site => `${keyOf(site.effect)}: ${fateWords(s.fate(f, site))}`),
    fates,
  );
  assert.deepEqual(
    (s.wrapperOf(f)?.effects ?? []).map(
      e => `${e.role} ${keyOf(e)}${e.when ? ` when ${e.when.nonzero ? '' : 'not '}${e.when.text}` : ''}`,
    ),
    effects,
  );
}

describe('sections that flags decide on', () => {
  it('one bit of a parameter, with error returns before and after', () =>
    check(
      `
      const char *f(struct walk *w, unsigned flags)
      {
              if ((flags & (LAZY | CACHED)) == CACHED)
                      return ERR_PTR(-EAGAIN);
              if (flags & LAZY)
                      rcu_read_lock();
              w->flags = flags;
              if (!w->root)
                      return ERR_PTR(-ENOTDIR);
              return w->name;
      }
    `,
      ['rcu: held at return only while flags & LAZY is set'],
      ['begin rcu when flags & LAZY'],
    ));

  it('begun by the bit of a parameter, ended by the same bit of a field', () =>
    check(
      `
      static void walk_begin(struct walk *w, unsigned flags)
      {
              if (flags & LAZY)
                      spin_lock(&w->lock);
              w->flags = flags;
      }
      static void walk_end(struct walk *w)
      {
              if (w->flags & LAZY)
                      spin_unlock(&w->lock);
      }
      void f(struct walk *w, unsigned flags)
      {
              walk_begin(w, flags);
              step(w);
              walk_end(w);
      }
    `,
      ['spin w->lock: ended in walk_end()'],
    ));

  it('one bit of several is set: no way past both tests', () =>
    check(
      `
      void f(struct task *t)
      {
      again:
              spin_lock(&t->lock);
              if (t->jobs & (TRAP | FREEZE)) {
                      if (t->jobs & TRAP)
                              spin_unlock(&t->lock);
                      else if (t->jobs & FREEZE)
                              spin_unlock(&t->lock);
                      goto again;
              }
              spin_unlock(&t->lock);
      }
    `,
      ['spin t->lock: ended on every path'],
    ));
});

describe('sections that values decide on', () => {
  it('a reader of a seqlock that takes the lock for its second try', () =>
    check(
      `
      void f(struct dir *d)
      {
              int seq = 0;
              rcu_read_lock();
      retry:
              read_seqbegin_or_lock(&d->moves, &seq);
              look(d);
              if (!(seq & 1))
                      rcu_read_unlock();
              if (need_seqretry(&d->moves, seq)) {
                      seq = 1;
                      goto retry;
              }
              done_seqretry(&d->moves, seq);
      }
    `,
      [
        'rcu: ended on every path',
        'seqlock d->moves: ended on every path',
        'seq-read d->moves: ended on every path',
      ],
    ));

  it('a lock that the value of a macro tells of', () =>
    check(
      `
      #define __cond_lock(x, c) (c)
      #define lock_item(id) ({ struct item *__i; __cond_lock(&__i->lock, __i = __lock_item(id)); __i; })
      static struct item *__lock_item(int id)
      {
              struct item *i = find(id);
              if (!i)
                      return NULL;
              spin_lock(&i->lock);
              return i;
      }
      int f(int id)
      {
              struct item *item = lock_item(id);
              if (!item)
                      return -EINVAL;
              set(item);
              spin_unlock(&item->lock);
              return 0;
      }
    `,
      ['spin item->lock: ended on every path'],
    ));

  it('a lock of what another function finds and locks', () =>
    check(
      `
      static struct item *lock_item(int id)
      {
              struct item *i = find(id);
              if (!i)
                      return NULL;
              spin_lock(&i->lock);
              return i;
      }
      struct item *f(struct item *old)
      {
              wait(old);
              return lock_item(old->id);
      }
    `,
      ['spin lock_item(old->id)->lock: held at return if the value is not zero'],
      ['try spin @->lock'],
    ));

  it('two ways to take one lock, on opposite sides of a test', () =>
    check(
      `
      static bool f(struct dentry *d)
      {
              if (d->flags & DELETE)
                      return lockref_put_or_lock(&d->d_lockref);
              if (put_fast(d))
                      return true;
              spin_lock(&d->d_lock);
              return false;
      }
    `,
      [
        'spin d->d_lock: held at return if the value is zero',
        'spin d->d_lock: held at return if the value is zero',
      ],
      ['try-zero spin d->d_lock'],
    ));

  it('what was locked is no NULL, also through a macro', () =>
    check(
      `
      #define my_lock(s) spin_lock(&my_sk(s)->lock)
      #define my_unlock(s) spin_unlock(&my_sk(s)->lock)
      int f(struct sock *sk)
      {
              struct sock *other = find(sk);
              int err = -EPIPE;
              if (!other)
                      goto out;
              my_lock(other);
              if (other->dead)
                      goto out;
              err = 0;
      out:
              if (other)
                      my_unlock(other);
              return err;
      }
    `,
      ['spin my_sk(other)->lock: ended in my_unlock()'],
    ));

  it('dropped and taken again: the caller has it', () =>
    check(
      `
      void f(struct table *t)
      {
              write_lock_irq(&t->lock);
              while (t->users) {
                      write_unlock_irq(&t->lock);
                      schedule();
                      write_lock_irq(&t->lock);
              }
      }
    `,
      ['rwlock t->lock: handed to the caller', 'rwlock t->lock: handed to the caller'],
      ['begin rwlock t->lock'],
    ));

  it('a function that does not come back', () =>
    check(
      `
      void f(struct sig *s)
      {
              for (;;) {
                      spin_lock(&s->lock);
                      if (!s->fatal)
                              break;
                      spin_unlock(&s->lock);
                      do_group_exit(9);
              }
              spin_unlock(&s->lock);
      }
    `,
      ['spin s->lock: ended on every path'],
    ));
});
