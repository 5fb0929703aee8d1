import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('rcu-dereference-outside-reader', source);

describe('rcu-dereference-outside-reader', () => {
  it('a work item', () =>
    check(`
struct box { struct work_struct w; struct box *next; };
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);
	struct box *n = rcu_dereference(b->next); /* ! work() */

	use(n);
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('a system call, two calls deep', () =>
    check(`
struct box { struct box *next; int n; };
static struct box *box;
static int look(void)
{
	return rcu_dereference(box)->n; /* ! system call */
}
static int see(void)
{
	return look();
}
SYSCALL_DEFINE0(see)
{
	return see();
}
`));

  it('behind the reader', () =>
    check(`
struct box { struct work_struct w; struct box *next; int n; };
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);

	rcu_read_lock();
	use(rcu_dereference(b->next));
	rcu_read_unlock();
	use(rcu_dereference(b->next)); /* ! no reader open */
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('a kernel thread', () =>
    check(`
struct box { struct box *next; };
static int loop(void *data)
{
	struct box *b = data;

	while (!kthread_should_stop())
		use(rcu_dereference(b->next)); /* ! loop() */
	return 0;
}
void start(struct box *b)
{
	kthread_run(loop, b, "box");
}
`));

  it('nothing: inside a reader', () =>
    check(`
struct box { struct work_struct w; struct box *next; };
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);

	rcu_read_lock();
	use(rcu_dereference(b->next));
	rcu_read_unlock();
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: under an update-side lock, where only PROVE_RCU complains', () =>
    check(`
struct box { struct work_struct w; struct mutex m; struct box *next; };
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);

	mutex_lock(&b->m);
	use(rcu_dereference(b->next));
	mutex_unlock(&b->m);
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: readers that nobody opened (softirq, BH off)', () =>
    check(`
struct box { struct timer_list t; struct work_struct w; struct box *next; };
static void tick(struct timer_list *t)
{
	struct box *b = from_timer(b, t, t);

	use(rcu_dereference(b->next));
}
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);

	local_bh_disable();
	use(rcu_dereference(b->next));
	local_bh_enable();
}
void start(struct box *b)
{
	timer_setup(&b->t, tick, 0);
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: the reader is the caller’s', () =>
    check(`
struct box { struct work_struct w; struct box *next; };
static void look(struct box *b)
{
	use(rcu_dereference(b->next));
}
static void work(struct work_struct *w)
{
	rcu_read_lock();
	look(container_of(w, struct box, w));
	rcu_read_unlock();
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: _protected, _check with a condition, rcu_access_pointer()', () =>
    check(`
struct box { struct work_struct w; struct box *next; };
static void work(struct work_struct *w)
{
	struct box *b = container_of(w, struct box, w);

	use(rcu_dereference_protected(b->next, 1));
	use(rcu_dereference_check(b->next, lockdep_rtnl_is_held()));
	if (rcu_access_pointer(b->next))
		use(rcu_dereference_raw(b->next));
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: a caller that passes NULL', () =>
    check(`
struct box { struct work_struct w; struct box *next; };
static void look(struct box *b)
{
	if (b)
		use(rcu_dereference(b->next));
}
static void work(struct work_struct *w)
{
	look(NULL);
}
void start(struct box *b)
{
	INIT_WORK(&b->w, work);
}
`));

  it('nothing: callers that are not known', () =>
    check(`
struct box { struct box *next; };
struct box_ops { void (*look)(struct box *b); };
static void look(struct box *b)
{
	use(rcu_dereference(b->next));
}
struct box_ops ops = { .look = look };
`));
});
