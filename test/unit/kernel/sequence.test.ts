import { strict as assert } from 'node:assert';
import { fateWords } from '../../../src/kernel/sections/extents';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { fixture, parsed, testParser } from './fixture';

async function surveyed(source: string): Promise<Survey> {
  const files = parsed(await testParser(), fixture(source));
  const store = createFactStore();
  return survey({ functions: files.flatMap(f => functionsOf(f, store)) });
}

/** `spin p->lock: ended on every path`, one for each begin and each end without one. */
function fates(s: Survey, name: string): readonly string[] {
  const f = s.find(name);
  const sections = f && s.sections(f);
  if (!f || !sections) return [];
  return [...sections.sites.filter(x => x.effect.role !== 'end'), ...sections.strayEnds].map(
    x => `${keyOf(x.effect)}: ${fateWords(s.fate(f, x))}`,
  );
}

/** What is open at the statements of a function that call `look()`, in text order; `?` on some paths only. */
function openAtLooks(s: Survey, name: string): readonly string[] {
  const f = s.find(name);
  const sections = f && s.sections(f);
  if (!f || !sections) return [];
  return f.analysis.flow.points.flatMap(p =>
    f.analysis.events(p).some(e => e.kind === 'call' && e.name === 'look')
      ? [
          [...(sections.before[p.id] ?? [])]
            .flatMap(([key, levels]) => levels.map(l => (l.must ? key : `${key}?`)))
            .join(', '),
        ]
      : [],
  );
}

function effects(s: Survey, name: string): readonly string[] {
  const f = s.find(name);
  return ((f && s.wrapperOf(f)?.effects) ?? []).map(e => `${e.role} ${keyOf(e)}`);
}

describe('sequence counts', () => {
  it('a retry loop is a section of its own, whatever asks', async () => {
    const s = await surveyed(`
      u64 loop(struct s *p) {
              unsigned int seq;
              do {
                      seq = read_seqbegin(&p->lock);
                      look(p);
              } while (read_seqretry(&p->lock, seq));
              look(p);
      }
      u64 jump(struct s *p) {
              unsigned int seq;
      again:
              seq = raw_read_seqcount_begin(&p->count);
              look(p);
              if (read_seqcount_retry(&p->count, seq))
                      goto again;
              return 0;
      }
      u64 stats(struct s *p) {
              unsigned int start;
              do {
                      start = u64_stats_fetch_begin_irq(&p->syncp);
                      look(p);
              } while (u64_stats_fetch_retry_irq(&p->syncp, start));
      }
    `);
    assert.deepEqual(openAtLooks(s, 'loop'), ['seq-read p->lock', '']);
    assert.deepEqual(openAtLooks(s, 'jump'), ['seq-read p->count']);
    assert.deepEqual(openAtLooks(s, 'stats'), ['seq-read p->syncp']);
    for (const name of ['loop', 'jump', 'stats'])
      assert.ok(fates(s, name).every(f => f.endsWith('ended on every path')));
  });

  it('whoever gives up what was read need not ask', async () => {
    const s = await surveyed(`
      int f(struct s *p) {
              unsigned int seq;
              seq = read_seqcount_begin(&p->count);
              if (!p->v)
                      return -ENOENT;
              if (read_seqcount_retry(&p->count, seq))
                      return -EAGAIN;
              if (__read_seqcount_retry(&p->count, seq))
                      return -EAGAIN;
              look(p);
              return 0;
      }
    `);
    assert.deepEqual(fates(s, 'f'), [
      'seq-read p->count: ended by the question whether to read again, not asked on some paths',
    ]);
    assert.deepEqual(openAtLooks(s, 'f'), ['']);
  });

  it('the second try of read_seqbegin_or_lock() holds the lock', async () => {
    const s = await surveyed(`
      void f(struct s *p) {
              int seq = 0;
      restart:
              read_seqbegin_or_lock(&p->lock, &seq);
              look(p);
              if (need_seqretry(&p->lock, seq)) {
                      look(p);
                      seq = 1;
                      goto restart;
              }
              look(p);
              done_seqretry(&p->lock, seq);
              look(p);
      }
    `);
    assert.deepEqual(openAtLooks(s, 'f'), [
      'seq-read p->lock?, seqlock p->lock?',
      '',
      'seqlock p->lock?',
      '',
    ]);
  });

  it('writers: a seqlock is a lock, a count is none', async () => {
    const s = await surveyed(`
      void lock(struct s *p) {
              write_seqlock_bh(&p->lock);
              look(p);
              write_sequnlock_bh(&p->lock);
              look(p);
      }
      void count(struct s *p) {
              write_seqcount_begin(&p->count);
              look(p);
              write_seqcount_end(&p->count);
              look(p);
      }
      void alone(struct s *p) {
              read_seqlock_excl(&p->lock);
              look(p);
              read_sequnlock_excl(&p->lock);
              look(p);
      }
    `);
    assert.deepEqual(openAtLooks(s, 'lock'), ['seqlock p->lock, bh', '']);
    assert.deepEqual(openAtLooks(s, 'count'), ['seq-write p->count', '']);
    assert.deepEqual(openAtLooks(s, 'alone'), ['seqlock p->lock', '']);
  });

  it('through wrappers that read a count only where somebody may change it', async () => {
    const s = await surveyed(`
      static unsigned int my_begin(struct s *p) {
              if (!p->on)
                      return 0;
              return read_seqcount_begin(&p->count);
      }
      static bool my_retry(struct s *p, unsigned int seq) {
              if (!p->on)
                      return false;
              return read_seqcount_retry(&p->count, seq);
      }
      void f(struct s *q) {
              unsigned int cookie;
              do {
                      cookie = my_begin(q);
                      look(q);
              } while (my_retry(q, cookie));
              look(q);
      }
    `);
    assert.deepEqual(effects(s, 'my_begin'), ['begin seq-read p->count']);
    assert.deepEqual(effects(s, 'my_retry'), ['end seq-read p->count']);
    assert.deepEqual(openAtLooks(s, 'f'), ['seq-read q->count', '']);
    assert.deepEqual(s.conditionalLocks(s.find('my_begin') ?? assert.fail()), []);
  });

  it('a count that is read through a pointer is no affair of the callers', async () => {
    const s = await surveyed(`
      struct data *begin_reading(unsigned int *seq) {
              *seq = raw_read_seqcount_latch(&cd.seq);
              return cd.data + (*seq & 1);
      }
      int retry(unsigned int seq) {
              return read_seqcount_retry(&cd.seq, seq);
      }
      u64 clock(void) {
              unsigned int seq;
              do {
                      begin_reading(&seq);
              } while (retry(seq));
              return seq;
      }
    `);
    assert.deepEqual(effects(s, 'retry'), ['end seq-read cd.seq']);
    assert.deepEqual(effects(s, 'clock'), []);
  });
});
