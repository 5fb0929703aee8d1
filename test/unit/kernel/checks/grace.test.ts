import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('grace-period-inside-reader', source);

describe('grace-period-inside-reader', () => {
  it('inside rcu_read_lock()', () =>
    check(`
void f(void)
{
	rcu_read_lock();
	synchronize_rcu(); /* ! inside a reader that it waits for */
	rcu_read_unlock();
}
`));

  it('under a spinlock, which implies a reader', () =>
    check(`
struct box { spinlock_t lock; };
void f(struct box *b)
{
	spin_lock(&b->lock);
	synchronize_net(); /* ! spinlock b->lock */
	spin_unlock(&b->lock);
}
`));

  it('in a callee', () =>
    check(`
static void settle(void)
{
	synchronize_rcu();
}
void f(void)
{
	local_bh_disable();
	settle(); /* ! settle() waits for a grace period */
	local_bh_enable();
}
`));

  it('the same SRCU domain', () =>
    check(`
struct box { struct srcu_struct srcu; };
void f(struct box *b)
{
	int i;

	i = srcu_read_lock(&b->srcu);
	synchronize_srcu(&b->srcu); /* ! SRCU reader b->srcu */
	srcu_read_unlock(&b->srcu, i);
}
`));

  it('nothing: after the reader', () =>
    check(`
void f(void)
{
	rcu_read_lock();
	rcu_read_unlock();
	synchronize_rcu();
}
`));

  it('nothing: under a mutex', () =>
    check(`
struct box { struct mutex m; };
void f(struct box *b)
{
	mutex_lock(&b->m);
	synchronize_rcu();
	mutex_unlock(&b->m);
}
`));

  it('nothing: another SRCU domain', () =>
    check(`
struct box { struct srcu_struct a, b; };
void f(struct box *b)
{
	int i;

	i = srcu_read_lock(&b->a);
	synchronize_srcu(&b->b);
	srcu_read_unlock(&b->a, i);
}
`));

  it('nothing: an SRCU reader is none of RCU', () =>
    check(`
struct box { struct srcu_struct a; };
void f(struct box *b)
{
	int i;

	i = srcu_read_lock(&b->a);
	synchronize_rcu();
	srcu_read_unlock(&b->a, i);
}
`));

  it('nothing: call_rcu() does not wait', () =>
    check(`
struct box { struct rcu_head rcu; };
void f(struct box *b)
{
	rcu_read_lock();
	call_rcu(&b->rcu, gone);
	kfree_rcu(b, rcu);
	rcu_read_unlock();
}
`));

  it('nothing: on the other way', () =>
    check(`
void f(bool reader)
{
	if (reader)
		rcu_read_lock();
	if (!reader)
		synchronize_rcu();
	if (reader)
		rcu_read_unlock();
}
`));
});
