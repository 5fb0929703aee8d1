import { strict as assert } from 'node:assert';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey } from '../../../src/kernel/sections/survey';
import { fixture, parsed, testParser } from './fixture';

/** What is open where `f()` calls `look()`, in text order; and where it ends. `?` on some paths only. */
async function checkLooks(source: string, looks: readonly string[], atEnd = ''): Promise<void> {
  const files = parsed(await testParser(), fixture(source));
  const store = createFactStore();
  const s = survey({ functions: files.flatMap(f => functionsOf(f, store)) });
  const f = s.find('f');
  const sections = f && s.sections(f);
  assert.ok(f && sections);
  const words = (point: number): string =>
    [...(sections.before[point] ?? [])]
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
  // Each begin and each end is one site.
  const calls = new Set(sections.sites.map(x => `${x.effect.role} ${keyOf(x.effect)} ${x.node.start}`));
  assert.equal(calls.size, sections.sites.length);
}

describe('statements inside expressions', () => {
  it('a lock taken in a wait condition is held in it, and not behind it', () =>
    checkLooks(
      `
      void f(struct s *p) {
              wait_event(p->wq, ({
                      bool idle;
                      spin_lock(&p->lock);
                      idle = look(p);
                      spin_unlock(&p->lock);
                      look(p);
                      idle;
              }));
              look(p);
      }
    `,
      ['spin p->lock', '', ''],
    ));

  it('in tests, initialisers and returns; with branches inside', () =>
    checkLooks(
      `
      int f(struct s *p) {
              int n = ({ rcu_read_lock(); look(p); rcu_read_unlock(); p->n; });
              if (n && ({ mutex_lock(&p->m); look(p); mutex_unlock(&p->m); p->a; }))
                      look(p);
              while (({
                      int v;
                      spin_lock(&p->lock);
                      if (p->a) {
                              look(p);
                              v = 1;
                      } else
                              v = 0;
                      spin_unlock(&p->lock);
                      v;
              }))
                      look(p);
              return ({ spin_lock(&p->lock); look(p); n; });
      }
    `,
      ['rcu', 'mutex p->m', '', 'spin p->lock', '', 'spin p->lock'],
      'spin p->lock',
    ));

  it('the value is evaluated with the expression around it', () =>
    checkLooks(
      `
      void f(struct s *p) {
              int ok = ({ look(p); spin_trylock(&p->lock); });
              look(p);
      }
    `,
      ['', ''],
    ));

  it('commands of a wait drop a lock and take it again', () =>
    checkLooks(
      `
      void f(struct s *p) {
              spin_lock_irq(&p->lock);
              look(p);
              wait_event_cmd(p->wq, p->done, spin_unlock_irq(&p->lock), spin_lock_irq(&p->lock));
              look(p);
              spin_unlock_irq(&p->lock);
      }
    `,
      ['spin p->lock, irq', 'spin p->lock, irq'],
    ));
});
