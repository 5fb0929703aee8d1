import { strict as assert } from 'node:assert';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { publications } from '../../../src/kernel/publish';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { fixture, parsed, testParser } from './fixture';

async function surveyOf(source: string): Promise<{ s: Survey; text: string }> {
  const fix = fixture(source);
  const files = parsed(await testParser(), fix);
  const store = createFactStore();
  return {
    s: survey({ functions: files.flatMap(f => functionsOf(f, store)) }),
    text: files.map(f => f.text).join(''),
  };
}

/** One line per conditional lock: `function: lock if guard, guard`. */
async function checkConditional(source: string, expected: readonly string[]): Promise<void> {
  const { s } = await surveyOf(source);
  const found = s.functions.flatMap(f =>
    s
      .conditionalLocks(f)
      .map(
        l =>
          `${f.name}: ${l.lock} if ${l.guards.map(g => `${g.text} ${g.when}${g.rcu ? ' rcu' : ''}`).join(', ')}`,
      ),
  );
  assert.deepEqual(found, expected);
}

/** One line per publication: `function [chain] pointer key; before: the line the call goes before`. */
async function checkPublications(source: string, expected: readonly string[]): Promise<void> {
  const { s, text } = await surveyOf(source);
  const found = publications(s).map(p => {
    const at = p.place && text.slice(p.place.offset).split('\n')[0]?.trim();
    const condition = p.place?.condition === undefined ? '' : ` if ${p.place.condition}`;
    const under = p.place?.under.length ? ` under ${p.place.under.join()}` : '';
    return `${p.function} [${p.chain.join(' ')}] ${p.pointer} ${p.key}${at === undefined ? '; no place' : `; before: ${at}${condition}${under}`}`;
  });
  assert.deepEqual(found, expected);
}

/** A reader that takes a word only while the pointer is set; the names say nothing. */
const reader = `
struct ring { struct gate *gate; int busy; };
struct wheel { struct ring *ring; };
static inline void *enter(struct wheel *w)
{
	struct ring *r = w->ring;

	if (rcu_access_pointer(r->gate)) {
		while (cmpxchg(&r->busy, 0, 1) != 0)
			cpu_relax();
		return r;
	}
	return NULL;
}
static inline void leave(void *have)
{
	struct ring *r = have;

	if (r)
		smp_store_release(&r->busy, 0);
}
`;

describe('conditional locks', () => {
  it('a function that returns with or without the lock', () =>
    checkConditional(reader, ['enter: r->busy if r->gate set rcu']));

  it('a spinlock through the pointer itself, taken and given back under the same test', () =>
    checkConditional(
      `void log(void)
{
	struct sink *s;

	rcu_read_lock();
	s = rcu_dereference(sink);
	if (s)
		spin_lock(&s->lock);
	bytes++;
	if (s)
		spin_unlock(&s->lock);
	rcu_read_unlock();
}`,
      ['log: s->lock if sink set rcu'],
    ));

  it('a flag', () =>
    checkConditional(
      `void f(struct s *p)
{
	if (test_bit(SHARED, &p->flags))
		mutex_lock(&p->m);
	p->count++;
	if (test_bit(SHARED, &p->flags))
		mutex_unlock(&p->m);
}`,
      ['f: p->m if test_bit(SHARED, &p->flags) set'],
    ));

  it('NULL compared, and a predicate in a function of its own', () =>
    checkConditional(
      `static bool active(struct d *d)
{
	return rcu_access_pointer(d->info) != NULL;
}
void f(struct d *d)
{
	if (active(d))
		spin_lock(&d->lock);
	d->count++;
}
void g(struct d *d)
{
	if (d->info == NULL)
		goto work;
	spin_lock(&d->lock);
work:
	d->count++;
}`,
      ['f: d->lock if d->info set rcu', 'g: d->lock if d->info set'],
    ));

  it('giving up, a failed trylock, a choice of the caller and a loop are none', () =>
    checkConditional(
      `int f(struct s *p)
{
	if (!p->ready)
		return -ENODEV;
	spin_lock(&p->lock);
	return 0;
}
int g(struct s *p)
{
	if (!p->ready || !spin_trylock(&p->lock))
		return 0;
	p->count++;
	spin_unlock(&p->lock);
	return 1;
}
void h(struct s *p, bool locked)
{
	if (!locked)
		spin_lock(&p->lock);
	p->count++;
	if (!locked)
		spin_unlock(&p->lock);
}
void i(struct s *p)
{
	if (p->ready) {
		spin_lock(&p->lock);
		p->count++;
		spin_unlock(&p->lock);
	}
}`,
      [],
    ));
});

describe('publications without a grace period', () => {
  const inner = `
static int __attach(struct ring *ring)
{
	struct gate *g;

	if (ring->closed)
		return -EBUSY;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (!g)
		return -ENOMEM;
	rcu_assign_pointer(ring->gate, g);
	return 0;
}
`;

  it('goes after the locks are dropped in the caller, on the way that published', () =>
    checkPublications(
      `${reader}${inner}
int attach(struct ring *ring)
{
	int err;

	rtnl_lock();
	err = __attach(ring);
	if (err)
		goto unlock;
	note(ring);
	rtnl_unlock();

	return 0;

unlock:
	rtnl_unlock();
	return err;
}`,
      ['attach [attach __attach] r->gate ring.gate; before: return 0;'],
    ));

  it('nothing to say with a grace period there, in the function or in one that it calls', async () => {
    const attach = (call: string, extra = ''): string => `${reader}${inner}${extra}
int attach(struct ring *ring)
{
	int err;

	rtnl_lock();
	err = __attach(ring);
	if (err)
		goto unlock;
	rtnl_unlock();
	${call}
	return 0;
unlock:
	rtnl_unlock();
	return err;
}`;
    await checkPublications(attach('synchronize_rcu();'), []);
    await checkPublications(attach('synchronize_net();'), []);
    await checkPublications(
      attach('settle();', 'static void settle(void)\n{\n\tsynchronize_rcu();\n}\n'),
      [],
    );
  });

  it('a grace period before the assignment, on the error path only, or of another domain does not count', async () => {
    const attach = (before: string, after: string): string => `${reader}
int attach(struct ring *ring, struct gate *g)
{
	${before}
	rcu_assign_pointer(ring->gate, g);
	${after}
	return 0;
}`;
    const expected = ['attach [attach] r->gate ring.gate; before: return 0;'];
    await checkPublications(attach('synchronize_rcu();', ''), expected);
    await checkPublications(
      attach('', 'synchronize_srcu(&other);').replace('synchronize_srcu(&other);\n', ''),
      expected,
    );
    await checkPublications(attach('', 'if (ring->closed)\n\t\tsynchronize_rcu();'), [
      'attach [attach] r->gate ring.gate; before: if (ring->closed)',
    ]);
  });

  it('a shared end gets a condition', () =>
    checkPublications(
      `${reader}${inner}
int attach(struct ring *ring)
{
	int err;

	mutex_lock(&ring_mutex);
	err = __attach(ring);
	mutex_unlock(&ring_mutex);
	return err;
}`,
      ['attach [attach __attach] r->gate ring.gate; before: return err; if !err'],
    ));

  it('guard() is held to the end: under it, if it may be slept under; nowhere under a spinlock', async () => {
    const attach = (guard: string): string => `${reader}
int attach(struct ring *ring, struct gate *g)
{
	guard(${guard})(&ring->m);
	rcu_assign_pointer(ring->gate, g);
	return 0;
}`;
    await checkPublications(attach('mutex'), [
      'attach [attach] r->gate ring.gate; before: return 0; under ring->m',
    ]);
    await checkPublications(attach('spinlock'), ['attach [attach] r->gate ring.gate; no place']);
  });

  it('a publisher called under a spinlock is fixed in its caller', () =>
    checkPublications(
      `${reader}
static void __attach(struct ring *ring, struct gate *g)
{
	rcu_assign_pointer(ring->gate, g);
}
void attach(struct ring *ring, struct gate *g)
{
	spin_lock(&ring->lock);
	__attach(ring, g);
	spin_unlock(&ring->lock);
}`,
      ['attach [attach __attach] r->gate ring.gate; before: }'],
    ));

  it('one caller without a grace period is enough, and gets the lens', () =>
    checkPublications(
      `${reader}${inner}
int one(struct ring *ring)
{
	int err = __attach(ring);

	if (!err)
		synchronize_rcu();
	return err;
}
int two(struct ring *ring)
{
	int err;

	rtnl_lock();
	err = __attach(ring);
	rtnl_unlock();
	return err;
}`,
      ['two [two __attach] r->gate ring.gate; before: return err; if !err'],
    ));

  it('NULL, another field, and a pointer nobody skips a lock for are none', () =>
    checkPublications(
      `${reader}
void detach(struct ring *ring)
{
	RCU_INIT_POINTER(ring->gate, NULL);
	rcu_assign_pointer(ring->gate, NULL);
}
void other(struct ring *ring, struct hook *h)
{
	rcu_assign_pointer(ring->hook, h);
}`,
      [],
    ));

  it('a reader whose callers ask whether they got the lock is a trylock', () =>
    checkPublications(
      `${reader}
void use(struct wheel *w)
{
	void *have = enter(w);

	if (!have)
		return;
	w->count++;
	leave(have);
}
void attach(struct ring *ring, struct gate *g)
{
	rcu_assign_pointer(ring->gate, g);
}`,
      [],
    ));

  it('an unrelated struct with a field of the same name is another pointer', () =>
    checkPublications(
      `${reader}
void f(struct fence *fence, struct gate *g)
{
	rcu_assign_pointer(fence->gate, g);
}`,
      [],
    ));
});
