import { strict as assert } from 'node:assert';
import { entriesOf } from '../../../src/ide/entries';
import { functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

/** What each function of a file begins and ends, with what becomes of it. */
async function fatesOf(source: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const [file] = scene.files;
  assert.ok(file);
  const s = survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
  return Object.fromEntries(
    s.functions.map(f => {
      const sections = s.sections(f);
      const begins = sections?.sites.filter(x => x.effect.role !== 'end') ?? [];
      return [
        f.name,
        [...begins, ...(sections?.strayEnds ?? [])].map(
          x => `${x.effect.role} ${keyOf(x.effect)}: ${s.fate(f, x).kind}`,
        ),
      ];
    }),
  );
}

describe('locks that sleepers wait for', () => {
  it('pages and buffers: ended here, by the end of the I/O, or taken only if it succeeds', async () => {
    const fates = await fatesOf(`
      static void read_done(struct buffer_head *b, int uptodate)
      {
              unlock_buffer(b);
      }
      void plain(struct page *page)
      {
              lock_page(page);
              page->mapping = NULL;
              unlock_page(page);
      }
      int tried(struct page *page)
      {
              if (!trylock_page(page))
                      return -EBUSY;
              unlock_page(page);
              return 0;
      }
      int killable(struct folio *folio)
      {
              int err = folio_lock_killable(folio);
              if (err)
                      return err;
              folio_unlock(folio);
              return 0;
      }
      void submitted(struct buffer_head *bh)
      {
              lock_buffer(bh);
              bh->b_end_io = read_done;
              submit_bh(REQ_OP_READ, bh);
      }
      void reader(struct buffer_head *bh)
      {
              submitted(bh);
              work(bh);
      }
    `);
    assert.deepEqual(fates, {
      read_done: ['end owner b: from-caller'],
      plain: ['begin owner page: ended'],
      tried: ['try owner page: ended'],
      killable: ['try-zero owner folio: ended'],
      submitted: ['begin owner bh: other-thread'],
      // The buffer may be unlocked by now.
      reader: [],
    });
  });

  it('cond_resched_lock() gives the section back as it was', async () => {
    const fates = await fatesOf(`
      void scan(struct list *l)
      {
              spin_lock(&l->lock);
              while (more(l))
                      cond_resched_lock(&l->lock);
              spin_unlock(&l->lock);
      }
    `);
    assert.deepEqual(fates, { scan: ['begin spin l->lock: ended'] });
  });

  it('a reader on one way and a lock on the other: a reader on both', async () => {
    const scene = sceneOf(
      await testParser(),
      fixture(`
      static void inner(struct s *p) { }
      static void some(struct s *p) { }
      SYSCALL_DEFINE1(thing, int, fd)
      {
              if (fd)
                      rcu_read_lock();
              else
                      spin_lock(&p->lock);
              inner(p);
              if (fd)
                      rcu_read_unlock();
              else
                      spin_unlock(&p->lock);
              if (fd)
                      rcu_read_lock();
              some(p);
              if (fd)
                      rcu_read_unlock();
              return 0;
      }
    `).files,
    );
    const entries = entriesOf(scene);
    const found = scene.files.flatMap(file =>
      functionsOf(file, scene.facts)
        .slice(0, 2)
        .map(f => `${f.name}: ${entries.of(f).reader.value} ${entries.of(f).maySleep.value}`),
    );
    assert.deepEqual(found, ['inner: yes no', 'some: depends-on-caller depends-on-caller']);
  });
});
