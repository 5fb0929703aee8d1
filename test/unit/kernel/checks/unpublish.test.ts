import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('publish-without-grace-period', source);

const reader = `
struct ring { struct gate *gate; int busy; };
static inline void enter(struct ring *r)
{
	if (rcu_access_pointer(r->gate)) {
		while (cmpxchg(&r->busy, 0, 1) != 0)
			cpu_relax();
	}
	turn(r);
}
`;

describe('publish-without-grace-period', () => {
  it('a reader that takes NULL for "no lock needed"', () =>
    check(`${reader}
int arm(struct ring *r, struct gate *g)
{
	rcu_assign_pointer(r->gate, g); /* ! enter() takes no lock while it is NULL */
	return 0;
}
`));

  const outer = (before: string, inside: string, after: string): string => `${reader}
static int link(struct ring *r, struct gate *g)
{
	if (!g)
		return -EINVAL;
	${before}
	rcu_assign_pointer(r->gate, g);${inside}
	return 0;
}
int arm(struct ring *r, struct gate *g)
{
	int err;

	rtnl_lock();
	err = link(r, g);
	if (err)
		goto unlock;
	rtnl_unlock();
	${after}
	return 0;
unlock:
	rtnl_unlock();
	return err;
}
`;
  const found = ' /* ! no grace period follows */';

  it('the caller drops its lock and goes on: as it was, and with the wait before', async () => {
    await check(outer('', found, ''));
    await check(outer('synchronize_rcu();', found, ''));
  });

  it('nothing: the caller drops its lock and waits then, on the way that published', () =>
    check(outer('', '', 'synchronize_rcu();')));

  it('an entry of a list that is freed at once', () =>
    check(`
struct item { struct list_head list; int key; };
static struct list_head items;
int find(int key)
{
	struct item *i;

	rcu_read_lock();
	list_for_each_entry_rcu(i, &items, list)
		if (i->key == key)
			break;
	rcu_read_unlock();
	return 0;
}
void drop(struct item *i)
{
	list_del_rcu(&i->list);
	kfree(i); /* ! i is freed with no grace period */
}
`));

  it('a pointer that is replaced, and the old object freed at once', () =>
    check(`
struct conf { int n; };
struct box { struct conf *conf; };
int get(struct box *b)
{
	int n;

	rcu_read_lock();
	n = rcu_dereference(b->conf)->n;
	rcu_read_unlock();
	return n;
}
void set(struct box *b, struct conf *new)
{
	struct conf *old;

	old = rcu_dereference_protected(b->conf, 1);
	rcu_assign_pointer(b->conf, new);
	kfree(old); /* ! old is freed with no grace period */
}
`));

  it('freed on the one way that does not wait', () =>
    check(`
struct conf { int n; };
struct box { struct conf *conf; };
int get(struct box *b)
{
	int n;

	rcu_read_lock();
	n = rcu_dereference(b->conf)->n;
	rcu_read_unlock();
	return n;
}
void set(struct box *b, bool quick)
{
	struct conf *old;

	old = rcu_replace_pointer(b->conf, NULL, 1);
	if (!quick)
		synchronize_rcu();
	kfree(old); /* ! no grace period */
}
`));

  it('nothing: a grace period follows', () =>
    check(`${reader}
int arm(struct ring *r, struct gate *g)
{
	rcu_assign_pointer(r->gate, g);
	synchronize_rcu();
	return 0;
}
`));

  it('nothing: the caller waits', () =>
    check(`${reader}
static int set(struct ring *r, struct gate *g)
{
	rcu_assign_pointer(r->gate, g);
	return 0;
}
int arm(struct ring *r, struct gate *g)
{
	set(r, g);
	synchronize_rcu();
	return 0;
}
`));

  it('nothing: no reader goes without a lock because of NULL', () =>
    check(`
struct conf { int n; };
struct box { struct conf *conf; };
int get(struct box *b)
{
	struct conf *c;
	int n = 0;

	rcu_read_lock();
	c = rcu_dereference(b->conf);
	if (c)
		n = c->n;
	rcu_read_unlock();
	return n;
}
void set(struct box *b, struct conf *new)
{
	rcu_assign_pointer(b->conf, new);
}
`));

  it('nothing: the old object is freed after a grace period, or by kfree_rcu()', () =>
    check(`
struct item { struct list_head list; struct rcu_head rcu; };
static struct list_head items;
int any(void)
{
	struct item *i;

	list_for_each_entry_rcu(i, &items, list)
		return 1;
	return 0;
}
void drop(struct item *i)
{
	list_del_rcu(&i->list);
	synchronize_net();
	kfree(i);
}
void drop_later(struct item *i)
{
	list_del_rcu(&i->list);
	kfree_rcu(i, rcu);
}
`));

  it('nothing: another object is freed', () =>
    check(`
struct item { struct list_head list; char *name; };
static struct list_head items;
int any(void)
{
	struct item *i;

	list_for_each_entry_rcu(i, &items, list)
		return 1;
	return 0;
}
void drop(struct item *i, void *other)
{
	list_del_rcu(&i->list);
	kfree(other);
}
`));

  it('nothing: no reader goes over the list', () =>
    check(`
struct item { struct list_head list; };
void drop(struct item *i)
{
	list_del_rcu(&i->list);
	kfree(i);
}
`));

  it('nothing: who goes over the list has no reader of its own, and may have the lock of the updater', () =>
    check(`
struct item { struct list_head list; int n; };
static struct list_head items;
static struct mutex lock;
static struct item *find(int n)
{
	struct item *i;

	list_for_each_entry_rcu(i, &items, list)
		if (i->n == n)
			return i;
	return NULL;
}
void drop(int n)
{
	struct item *i;

	mutex_lock(&lock);
	i = find(n);
	if (i) {
		list_del_rcu(&i->list);
		kfree(i);
	}
	mutex_unlock(&lock);
}
`));

  it('nothing: a callee waits', () =>
    check(`
struct item { struct list_head list; };
static struct list_head items;
int any(void)
{
	struct item *i;

	list_for_each_entry_rcu(i, &items, list)
		return 1;
	return 0;
}
static void settle(void)
{
	synchronize_rcu();
}
void drop(struct item *i)
{
	list_del_rcu(&i->list);
	settle();
	kfree(i);
}
`));
});
