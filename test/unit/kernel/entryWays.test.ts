import { strict as assert } from 'node:assert';
import { entriesOf } from '../../../src/ide/entries';
import { functionsOf } from '../../../src/kernel/functions';
import { aspects } from '../../../src/kernel/entry/answers';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

const letters = { yes: 'y', no: 'n', 'some-paths': 's', 'depends-on-caller': '?' } as const;

/** Entry states as `reader bhOff irqOff maySleep`, one letter each, then the locks. */
async function checkEntries(source: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const entries = entriesOf(scene);
  const found: Record<string, string> = {};
  for (const file of scene.files)
    for (const f of functionsOf(file, scene.facts)) {
      if (!(f.name in expected)) continue;
      const s = entries.of(f);
      const locks = s.locks.map(l => `${l.lock}:${letters[l.held.value]}`);
      found[f.name] = [aspects.map(a => letters[s[a].value]).join(''), ...locks].join(' ');
    }
  assert.deepEqual(found, expected);
}

describe('entry states by the way in', () => {
  it('who lets only some options through does not count for the others', () =>
    checkEntries(
      `//- /a.c
static void attach(struct sock *sk) { }
static void mark(struct sock *sk) { }
static void ra(struct sock *sk) { }
void set_option(struct sock *sk, int level, int optname)
{
	if (optname == SO_RA) {
		ra(sk);
		return;
	}
	switch (optname) {
	case SO_MARK:
		mark(sk);
		break;
	case SO_DETACH:
	case SO_ATTACH:
		attach(sk);
		break;
	}
}
//- /b.c
static void bpf_set(struct sock *sk, int optname)
{
	switch (optname) {
	case SO_MARK:
		break;
	default:
		return;
	}
	rcu_read_lock();
	set_option(sk, SOL_SOCKET, optname);
	rcu_read_unlock();
}
SYSCALL_DEFINE2(bpf, int, fd, int, optname) { bpf_set(sk, optname); return 0; }
SYSCALL_DEFINE2(setsockopt, int, fd, int, optname) { set_option(sk, SOL_SOCKET, optname); return 0; }
`,
      { set_option: '?nn?', attach: 'nnny', mark: '?nn?', ra: 'nnny' },
    ));

  it('a parameter that is changed says nothing', () =>
    checkEntries(
      `//- /a.c
static void attach(struct sock *sk) { }
void set_option(struct sock *sk, int optname)
{
	optname = mapped(optname);
	switch (optname) {
	case SO_ATTACH:
		attach(sk);
		break;
	}
}
static void bpf_set(struct sock *sk, int optname)
{
	switch (optname) {
	case SO_MARK:
		break;
	default:
		return;
	}
	rcu_read_lock();
	set_option(sk, optname);
	rcu_read_unlock();
}
SYSCALL_DEFINE2(bpf, int, fd, int, optname) { bpf_set(sk, optname); return 0; }
SYSCALL_DEFINE2(setsockopt, int, fd, int, optname) { set_option(sk, optname); return 0; }
`,
      { attach: '?nn?' },
    ));

  it('members that are registered, completions, wake functions, probes', () =>
    checkEntries(
      `//- /a.h
struct mon_ops { void (*work)(struct work_struct *w); void (*hit)(void *ignore, struct sk_buff *skb); };
struct urb { void (*complete)(struct urb *urb); };
//- /a.c
#include "a.h"
static void report(struct work_struct *w) { }
static void hit(void *ignore, struct sk_buff *skb) { }
static const struct mon_ops ops = { .work = report, .hit = hit };
static void rx_done(struct urb *urb) { }
static void tx_done(struct urb *urb) { }
static int woken(wait_queue_entry_t *wait, unsigned mode, int sync, void *key) { return 0; }
static void start(struct mon *m, const struct mon_ops *ops, struct urb *urb)
{
	INIT_WORK(&m->work, ops->work);
	register_trace_kfree_skb(ops->hit, NULL);
	usb_fill_bulk_urb(urb, m->dev, m->pipe, m->buffer, m->length, rx_done, m);
	urb->complete = tx_done;
	init_waitqueue_func_entry(&m->wait, woken);
}
`,
      { report: 'nnny', hit: 'y??n', rx_done: 'yy?n', tx_done: 'yy?n', woken: 'y??n' },
    ));

  it('nfnetlink by the type beside it, generic netlink with its mutex unless it is parallel', () =>
    checkEntries(
      `//- /a.h
struct nfnl_callback { int (*call)(struct sk_buff *skb); int type; };
struct genl_ops { int (*doit)(struct sk_buff *skb, struct genl_info *info); };
//- /nf.c
#include "a.h"
static int verdict(struct sk_buff *skb) { return 0; }
static int config(struct sk_buff *skb) { return 0; }
static int rule(struct sk_buff *skb) { return 0; }
static const struct nfnl_callback cb[] = {
	[0] = { .call = verdict, .type = NFNL_CB_RCU },
	[1] = { .call = config, .type = NFNL_CB_MUTEX },
	[2] = { .call = rule, .type = NFNL_CB_BATCH },
};
//- /alone.c
#include "a.h"
static int alone(struct sk_buff *skb, struct genl_info *info) { return 0; }
static const struct genl_ops ops[] = { { .cmd = 1, .doit = alone } };
static struct genl_family family = { .name = "alone", .ops = ops };
//- /parallel.c
#include "a.h"
static int many(struct sk_buff *skb, struct genl_info *info) { return 0; }
static const struct genl_ops ops[] = { { .cmd = 1, .doit = many } };
static struct genl_family family = { .name = "many", .parallel_ops = true, .ops = ops };
`,
      {
        verdict: 'ynnn',
        config: 'nnny table[subsys_id].mutex:y',
        rule: 'nnny nft_net->commit_mutex:y',
        alone: 'nnny cb_lock:y genl_mutex:y',
        many: 'nnny cb_lock:y',
      },
    ));

  it('one lock under two names', () =>
    checkEntries(
      `//- /a.c
static void after(struct wb *w) { }
static void deeper(struct node *n) { }
static void write_back(struct wb *wb)
{
	struct wb *tmp;

	spin_lock(&wb->list_lock);
	while (more(wb)) {
		spin_unlock(&wb->list_lock);
		tmp = other(wb);
		spin_lock(&tmp->list_lock);
		if (unlikely(tmp != wb)) {
			spin_unlock(&tmp->list_lock);
			spin_lock(&wb->list_lock);
		}
	}
	after(wb);
	spin_unlock(&wb->list_lock);
}
static void walk(struct node *parent)
{
	struct node *n;

	spin_lock(&parent->d_lock);
again:
	deeper(parent);
	n = first(parent);
	if (n) {
		spin_lock(&n->d_lock);
		spin_unlock(&parent->d_lock);
		parent = n;
		goto again;
	}
	spin_unlock(&parent->d_lock);
}
SYSCALL_DEFINE0(sync) { write_back(wb); walk(root); return 0; }
`,
      { after: 'ynnn w->list_lock:y', deeper: 'ynnn n->d_lock:y' },
    ));

  it('a lock behind a pointer that is NULL is not held, and has not to be released', () =>
    checkEntries(
      `//- /a.c
static void after(struct dentry *d) { }
static void kill(struct dentry *d, struct dentry *parent)
{
	spin_unlock(&d->d_lock);
	if (parent)
		spin_unlock(&parent->d_lock);
	after(d);
}
SYSCALL_DEFINE0(put)
{
	spin_lock(&parent->d_lock);
	spin_lock(&dentry->d_lock);
	kill(dentry, parent);
	return 0;
}
`,
      { after: 'nnny' },
    ));

  it('who ends a BH section that softirqs and others call', () =>
    checkEntries(
      `//- /a.c
static void after(struct node *n) { }
static void end_of_write(struct node *n)
{
	write_unlock_bh(&n->lock);
	after(n);
}
static void my_timer(struct timer_list *t) { write_lock_bh(&n->lock); end_of_write(n); }
SYSCALL_DEFINE0(set) { write_lock_bh(&n->lock); end_of_write(n); timer_setup(&n->timer, my_timer, 0); return 0; }
`,
      { after: '??n?' },
    ));

  it('which of two parameters the lock in the head hangs on; a socket that is said to be held', () =>
    checkEntries(
      `//- /a.c
static int child_of(struct sock *parent, struct sock *child)
	__releases(&((child)->sk_lock.slock))
{
	bh_unlock_sock(child);
	return 0;
}
static void option(struct sock *sk) { f = rcu_dereference_protected(sk->f, lockdep_sock_is_held(sk)); }
static void rx(struct timer_list *t)
{
	struct sock *sk = from_timer(sk, t, sk_timer);

	bh_lock_sock(sk);
	child_of(sk, made(sk));
	bh_unlock_sock(sk);
}
static void start(void) { timer_setup(&t, rx, 0); }
SYSCALL_DEFINE0(option) { lock_sock(sk); option(sk); release_sock(sk); return 0; }
`,
      { child_of: 'yynn parent->sk_lock.slock:y child->sk_lock.slock:y', option: 'nnny sk->sk_lock:y' },
    ));

  it('who calls in any case what asserts RTNL has it', () =>
    checkEntries(
      `//- /a.c
static void __close(struct list_head *head) { ASSERT_RTNL(); stop(head); }
static void close_all(struct list_head *head) { prepare(head); __close(head); }
static void close_some(struct list_head *head) { if (busy(head)) __close(head); }
static void opened(void) { rtnl_lock(); close_all(h); close_some(h); rtnl_unlock(); }
SYSCALL_DEFINE0(a) { opened(); return 0; }
SYSCALL_DEFINE0(b) { close_all(h); close_some(h); return 0; }
`,
      { close_all: 'nnny rtnl_mutex:y', close_some: 'nnny rtnl_mutex:?' },
    ));

  it('what pre_doit leaves to doit where it returns 0', () =>
    checkEntries(
      `//- /a.h
struct genl_ops { int (*doit)(struct sk_buff *skb, struct genl_info *info); };
//- /a.c
#include "a.h"
static int before(const struct genl_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	struct devlink *d;
	int err;

	d = found(info);
	if (IS_ERR(d))
		return PTR_ERR(d);
	mutex_lock(&d->lock);
	port = port_of(d, info);
	if (IS_ERR(port)) {
		err = PTR_ERR(port);
		goto unlock;
	}
	if (ops->flags & NEED_RTNL)
		rtnl_lock();
	return 0;
unlock:
	mutex_unlock(&d->lock);
	return err;
}
static int set(struct sk_buff *skb, struct genl_info *info) { return 0; }
static const struct genl_ops ops[] = { { .cmd = 1, .doit = set } };
static struct genl_family family = { .parallel_ops = true, .ops = ops, .pre_doit = before };
`,
      { set: 'nnny cb_lock:y d->lock:y rtnl_mutex:?' },
    ));

  it('the lock of root() is that of the object at the top, under whatever name', () =>
    checkEntries(
      `//- /a.c
static void after(struct node *n) { }
static struct node *root(void) { return &nodes[0]; }
static void report_all(unsigned long flags) { raw_spin_unlock_irqrestore(&root()->lock, flags); }
static void report(struct node *n, unsigned long flags)
{
	for (;;) {
		if (n->mask) {
			raw_spin_unlock_irqrestore(&n->lock, flags);
			return;
		}
		if (!n->parent)
			break;
		raw_spin_unlock_irqrestore(&n->lock, flags);
		n = n->parent;
		raw_spin_lock_irqsave(&n->lock, flags);
	}
	report_all(flags);
}
SYSCALL_DEFINE0(a)
{
	raw_spin_lock_irqsave(&n->lock, flags);
	report(n, flags);
	after(n);
	return 0;
}
`,
      { after: 'nnny' },
    ));

  it('a socket of the caller that is dropped to wait, and taken again', () =>
    checkEntries(
      `//- /a.c
static void asleep(struct sock *sk) { }
static void awake(struct sock *sk) { }
static int wait_for(struct sock *sk)
{
	while (!ready(sk)) {
		awake(sk);
		release_sock(sk);
		asleep(sk);
		lock_sock(sk);
	}
	return 0;
}
SYSCALL_DEFINE0(accept)
{
	lock_sock(sk);
	wait_for(sk);
	release_sock(sk);
	return 0;
}
`,
      { asleep: 'nnny', awake: 'nnny sk->sk_lock:y' },
    ));
});
