import { strict as assert } from 'node:assert';
import { functionsOf } from '../../../src/kernel/functions';
import { annotationsOf } from '../../../src/kernel/sections/annotated';
import { keyOf, type Effect } from '../../../src/kernel/sections/sections';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { typesOf } from '../../../src/ide/types';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

async function surveyOf(source: string): Promise<Survey> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  return survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus, types: typesOf(scene) });
}

const said = (effects: readonly Effect[]): string =>
  effects
    .map(e => `${e.role} ${keyOf(e)}${e.switches ? ` +${e.switches}` : ''}${e.shared ? ' shared' : ''}`)
    .join('; ');

const header = `
      #include "asm.h"
      void f(struct dev *d) { arch_lock(&d->lock); work(d); arch_unlock(&d->lock); }
      void g(struct dev *d) { if (arch_trylock_bh(&d->lock)) { work(d); } }
      //- /asm.h
      struct dev { spinlock_t lock; struct mutex mtx; };
      extern void arch_lock(spinlock_t *l) __acquires(l);
      extern void arch_unlock(spinlock_t *l)
              __releases(l);
      extern __must_check bool arch_trylock_bh(spinlock_t *l) __cond_acquires(l);
      void dev_get_busy(struct dev *d) __acquires(&d->mtx);
      void dev_start_relaxed(struct dev *d) __releases(&d->lock) __acquires(&d->lock);
      void dev_hold_unknown(struct dev *d) __acquires(d->what);
      int walk_start(struct dev *d) __acquires(RCU);
      void get_held(struct dev *d) __must_hold(&d->lock);
      void arch_put(spinlock_t *l) __acquires(l);
    `;

describe('annotated prototypes', () => {
  const cases: readonly (readonly [name: string, args: readonly string[], effects: string])[] = [
    ['arch_lock', ['&d->lock'], 'begin spin d->lock'],
    ['arch_unlock', ['&d->lock'], 'end spin d->lock'],
    ['arch_trylock_bh', ['&d->lock'], 'try spin d->lock +bh'],
    ['dev_get_busy', ['x'], 'begin mutex x->mtx'],
    ['walk_start', ['x'], 'begin rcu'],
    // The caller's section goes on.
    ['dev_start_relaxed', ['x'], ''],
    ['get_held', ['x'], ''],
    // A lock of which nothing is known.
    ['dev_hold_unknown', ['x'], ''],
  ];
  for (const [name, args, effects] of cases)
    it(`${name}(): ${effects === '' ? 'nothing' : effects}`, async () => {
      const s = await surveyOf(header);
      assert.equal(said(s.effects(name, args, '/test.c')), effects);
      assert.equal(s.wrapper(name, '/test.c')?.kind, effects === '' ? undefined : 'annotated');
    });

  it('begins and ends like any other section', async () => {
    const s = await surveyOf(header);
    const [f] = s.functions;
    assert.ok(f);
    const sections = s.sections(f);
    assert.deepEqual(
      sections?.sites.filter(x => x.effect.role === 'begin').map(x => s.fate(f, x).kind),
      ['ended-in-callee'],
    );
    assert.deepEqual(sections?.strayEnds, []);
  });

  it('the body wins', async () => {
    const s = await surveyOf(`${header}
      //- /arch.c
      void arch_put(spinlock_t *l) __acquires(l)
      {
              spin_unlock(l);
      }
    `);
    assert.equal(said(s.effects('arch_put', ['&d->lock'], '/test.c')), 'end spin d->lock');
  });

  it('a macro of the same name is what is meant', async () => {
    const s = await surveyOf(`${header}
      #define arch_lock(l) do { } while (0)
    `);
    assert.equal(said(s.effects('arch_lock', ['&d->lock'], '/test.c')), '');
  });

  it('readers share', () => {
    const types = { fieldType: () => undefined, globalType: () => undefined };
    const found = annotationsOf('void my_read_lock(rwlock_t *l) __acquires(l);', 'my_read_lock', types);
    assert.equal(said(found?.effects ?? []), 'begin rwlock l shared');
  });
});
