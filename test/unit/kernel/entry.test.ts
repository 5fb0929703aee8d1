import { strict as assert } from 'node:assert';
import { entriesOf } from '../../../src/ide/entries';
import { functionsOf } from '../../../src/kernel/functions';
import { aspects } from '../../../src/kernel/entry/answers';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

const letters = { yes: 'y', no: 'n', 'some-paths': 's', 'depends-on-caller': '?' } as const;

/** Entry states as `reader bhOff irqOff maySleep`, one letter each, then locks and contexts. */
async function checkEntries(source: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const entries = entriesOf(scene);
  const found: Record<string, string> = {};
  for (const file of scene.files)
    for (const f of functionsOf(file, scene.facts)) {
      if (!(f.name in expected)) continue;
      const s = entries.of(f);
      found[f.name] = [
        aspects.map(a => letters[s[a].value]).join(''),
        ...s.locks.map(l => `${l.lock}:${letters[l.held.value]}`),
        ...s.contexts.map(c => c.context),
      ].join(' ');
    }
  assert.deepEqual(found, expected);
}

describe('entry states', () => {
  it('callers across files, with what they have open', () =>
    checkEntries(
      `//- /a.c
static void only_in_reader(void) { }
void exported(struct q *q) { }
static void under_lock(struct q *p) { }
void rx(struct q *q)
{
	rcu_read_lock();
	only_in_reader();
	rcu_read_unlock();
	spin_lock_irqsave(&q->lock, flags);
	under_lock(q);
	spin_unlock_irqrestore(&q->lock, flags);
	exported(q);
}
//- /b.c
SYSCALL_DEFINE1(thing, int, fd)
{
	rx(q);
	exported(q);
	local_bh_disable();
	exported(q);
	local_bh_enable();
	return 0;
}
`,
      {
        only_in_reader: 'ynnn process',
        exported: '??n? process',
        under_lock: 'yyyn p->lock:y process',
        rx: 'nnny process',
      },
    ));

  it('registrations, also through functions of ours', () =>
    checkEntries(
      `//- /a.c
static int my_poll(struct napi_struct *n, int budget) { deep(); return 0; }
static void my_work(struct work_struct *w) { mixed(); }
static irqreturn_t my_irq(int irq, void *data) { mixed(); return 0; }
static void my_action(struct softirq_action *a) { deep(); }
static void my_timer(struct timer_list *t) { }
static void my_callback(void *data) { }
void deep(void) { }
void mixed(void) { }
static void later(struct timer_list *t, void (*fn)(struct timer_list *)) { timer_setup(t, fn, 0); }
static void visit(void (*fn)(void *), void *data)
{
	rcu_read_lock();
	fn(data);
	rcu_read_unlock();
}
static int __init setup(void)
{
	netif_napi_add(dev, &p->napi, my_poll);
	INIT_WORK(&p->work, my_work);
	request_irq(7, my_irq, 0, "x", p);
	open_softirq(NET_RX_SOFTIRQ, my_action);
	later(&p->timer, my_timer);
	visit(my_callback, p);
	return 0;
}
module_init(setup);
`,
      {
        my_poll: 'yy?n softirq',
        my_work: 'nnny kthread',
        my_irq: 'yyyn hardirq',
        my_action: 'yynn softirq',
        my_timer: 'yynn softirq',
        my_callback: 'ynnn process',
        deep: 'yynn softirq softirq',
        mixed: '???? kthread hardirq',
      },
    ));

  it('operation tables: known members, and calls through a member', () =>
    checkEntries(
      `//- /a.c
static int my_open(struct net_device *dev) { return 0; }
static netdev_tx_t my_xmit(struct sk_buff *skb, struct net_device *dev) { return 0; }
static void my_mode(struct net_device *d) { }
static void my_kick(struct thing *t) { }
static const struct net_device_ops ops = {
	.ndo_open = my_open,
	.ndo_start_xmit = my_xmit,
	.ndo_set_rx_mode = my_mode,
};
static const struct thing_ops things = { .kick = my_kick };
static void run(struct work_struct *w)
{
	spin_lock(&t->lock);
	t->ops->kick(t);
	spin_unlock(&t->lock);
}
static DECLARE_WORK(work, run);
`,
      {
        my_open: 'nnny rtnl_mutex:y process',
        my_xmit: 'yy?n softirq process',
        my_mode: 'yynn d->addr_list_lock:y softirq process',
        my_kick: 'ynnn t->lock:y kthread',
      },
    ));

  it('assertions, __must_hold, sleeping calls where no caller is known', () =>
    checkEntries(
      `//- /a.c
struct s { spinlock_t lock; struct mutex mutex; };
void a(void) { ASSERT_RTNL(); }
void b(struct s *s) { lockdep_assert_held(&s->lock); }
void c(void) { WARN_ON_ONCE(!in_softirq()); }
void d(void) { might_sleep(); }
void e(void) { mutex_lock(&m); mutex_unlock(&m); }
void f(struct s *s) __must_hold(&s->lock) { }
void g(int x) { if (x) ASSERT_RTNL(); }
void h(void) { lockdep_assert_irqs_disabled(); }
void i(struct s *s) { p = rcu_dereference_protected(s->p, lockdep_is_held(&s->mutex)); }
`,
      {
        a: '???? rtnl_mutex:y',
        b: 'y??n s->lock:y',
        c: 'yy?n',
        d: 'nnny',
        e: 'nnny',
        f: 'y??n s->lock:y',
        g: '????',
        h: 'yyyn',
        i: '???? s->mutex:y',
      },
    ));

  it('recursion has the answer of the callers outside', () =>
    checkEntries(
      `//- /a.c
static void walk(int n) { if (n) other(n - 1); }
static void other(int n) { walk(n); }
static void start(struct timer_list *t) { walk(3); }
static void arm(void) { timer_setup(&t, start, 0); }
`,
      { walk: 'yynn softirq', other: 'yynn softirq', start: 'yynn softirq' },
    ));

  it('seq_file: show runs inside what start opened', () =>
    checkEntries(
      `//- /a.c
static void *my_start(struct seq_file *s, loff_t *pos) { rcu_read_lock(); return s; }
static void my_stop(struct seq_file *s, void *v) { rcu_read_unlock(); }
static int my_show(struct seq_file *s, void *v) { return 0; }
static const struct seq_operations ops = { .start = my_start, .stop = my_stop, .show = my_show };
`,
      { my_start: 'nnny process', my_stop: 'ynnn process', my_show: 'ynnn process' },
    ));

  it('notifier blocks by the chain they are put on', () =>
    checkEntries(
      `//- /a.c
static int on_device(struct notifier_block *nb, unsigned long e, void *p) { return 0; }
static int on_event(struct notifier_block *nb, unsigned long e, void *p) { return 0; }
static struct notifier_block device_nb = { .notifier_call = on_device };
static struct notifier_block event_nb = { .notifier_call = on_event };
int register_my_notifier(struct notifier_block *nb) { return atomic_notifier_chain_register(&chain, nb); }
static int __init init(void)
{
	register_netdevice_notifier(&device_nb);
	register_my_notifier(&event_nb);
	return 0;
}
`,
      { on_device: 'nnny rtnl_mutex:y process', on_event: 'y??n process softirq' },
    ));

  it('macros, indirect calls, variables', () =>
    checkEntries(
      `//- /a.c
#define CALL_IT(x) in_macro(x)
static void in_macro(int x) { }
static void direct(struct sk_buff *skb) { }
static void hooked(int x) { }
static void (*hook)(int x) = hooked;
static void tick(struct timer_list *t)
{
	CALL_IT(1);
	INDIRECT_CALL_2(skb->fn, direct, other, skb);
	hook(3);
}
static void arm(void) { timer_setup(&t, tick, 0); }
`,
      { in_macro: 'yynn softirq', direct: 'yynn softirq', hooked: 'yynn softirq' },
    ));

  it('documented where nobody calls; callers count before comments', () =>
    checkEntries(
      `//- /a.c
/**
 * door_open() - open it
 * Context: Process context. May sleep.
 */
int door_open(struct door *d) { return 0; }
EXPORT_SYMBOL(door_open);
/* Must be called under rcu_read_lock() with BH disabled. */
int door_peek(struct door *d) { return 0; }
EXPORT_SYMBOL(door_peek);
/* Caller must hold d->mutex. */
int door_turn(struct door *d) { return 0; }
EXPORT_SYMBOL(door_turn);
/* Context: Any context. */
int door_any(struct door *d) { return 0; }
/* Must be called with interrupts disabled. */
static void door_old(struct door *d) { }
static int work(struct work_struct *w) { door_old(0); return 0; }
static DECLARE_WORK(w, work);
`,
      {
        door_open: 'nnny',
        door_peek: 'yy?n',
        door_turn: '???? d->mutex:y',
        door_any: '????',
        door_old: 'nnny kthread',
      },
    ));

  it('an asserted lock of unknown type does not make anything atomic', () =>
    checkEntries(
      `//- /a.c
static DEFINE_MUTEX(big);
static DEFINE_SPINLOCK(small);
void a(void) { lockdep_assert_held(&big); }
void b(void) { lockdep_assert_held(&small); }
void c(struct unseen *u) { lockdep_assert_held(&u->lock); }
`,
      { a: '???? big:y', b: 'y??n small:y', c: '???? u->lock:y' },
    ));

  it('the interrupt core keeps its word, whoever else calls', () =>
    checkEntries(
      `//- /a.c
irqreturn_t handle_irq_event(struct irq_desc *desc)
{
	raw_spin_unlock(&desc->lock);
	inner(desc);
	raw_spin_lock(&desc->lock);
}
void inner(struct irq_desc *desc) { }
static int thread(void *x) { raw_spin_lock(&desc->lock); handle_irq_event(desc); return 0; }
static void start(void) { kthread_run(thread, 0, "x"); }
`,
      { handle_irq_event: 'yyyn desc->lock:y kthread', inner: 'yyyn kthread' },
    ));

  it('preempt_count_inc(), the stopper, tables of PREEMPT_RT alone, BPF helpers', () =>
    checkEntries(
      `//- /a.c
static void stopped(void) { }
static void stopper(unsigned int cpu) { preempt_count_inc(); stopped(); preempt_count_dec(); }
static struct smp_hotplug_thread stoppers = { .thread_fn = stopper };
static int __init go(void) { smpboot_register_percpu_thread(&stoppers); return 0; }
static void shared(void) { }
static void rt_thread(unsigned int cpu) { shared(); }
static irqreturn_t my_irq(int irq, void *data) { shared(); return 0; }
static struct smp_hotplug_thread rt_threads = { .thread_fn = rt_thread };
static int __init rt(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		BUG_ON(smpboot_register_percpu_thread(&rt_threads));
	return request_irq(7, my_irq, 0, "x", 0);
}
static int helper(void) { return 0; }
static const struct bpf_func_proto proto = { .func = helper };
//- /net/core/filter.c
static int packet(void) { return 0; }
static const struct bpf_func_proto proto = { .func = packet };
`,
      {
        stopped: 'ynnn kthread',
        shared: 'yyyn hardirq',
        helper: '????',
        packet: 'y??n process softirq',
      },
    ));

  it('who ends a reader first of all is called in one', () =>
    checkEntries(
      `//- /a.c
static void leave(struct nd *nd) { nd->flags = 0; rcu_read_unlock(); after(nd); }
static void not_first(struct nd *nd) { begin_somehow(nd); rcu_read_unlock(); }
static void after(struct nd *nd) { }
SYSCALL_DEFINE1(thing, int, fd)
{
	leave(nd);
	not_first(nd);
	return 0;
}
`,
      { leave: 'ynnn process', not_first: 'nnny process', after: 'nnny process' },
    ));
});
