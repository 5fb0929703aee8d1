/**
 * Kernel objects through C, in pairs: what is right holds, and the smallest mistake is found. The engine's own rules are
 * tested in ir; here it is that the kernel's words mean them.
 */
import { checkVerdict } from './lowering';

interface Pair {
  readonly what: string;
  readonly text: string;
  /** What stands for @: right, and wrong with its verdict. */
  readonly right: string;
  readonly wrong: string;
  readonly verdict: string;
}

const waiting = `static DECLARE_WAIT_QUEUE_HEAD(wq); static int go;`;
const device = `struct dev { int v; struct work_struct work; struct delayed_work later; struct timer_list timer; struct tasklet_struct tasklet; struct rcu_head rcu; struct kref ref; };
  static struct dev *dev; static int seen;`;
const urb = `struct usb_anchor { struct list_head urb_list; spinlock_t lock; int poisoned; };
  struct urb { struct kref kref; void *hcpriv; atomic_t use_count, reject; int unlinked, status; struct list_head anchor_list; struct usb_anchor *anchor; void *context; void (*complete)(struct urb *); };
  struct dev { int v; }; static struct dev *dev; static struct urb *urb; static int seen;
  static void done(struct urb *u) { struct dev *d = u->context; seen = d->v; }
  RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); urb = usb_alloc_urb(0, GFP_KERNEL); urb->context = dev; urb->complete = done; usb_submit_urb(urb, GFP_KERNEL); }`;

const pairs: readonly Pair[] = [
  {
    what: 'a wake-up for interruptible sleepers leaves the others asleep',
    text: `${waiting}
      RACE_THREAD(process, waiter) { wait_event(wq, READ_ONCE(go)); }
      RACE_THREAD(process, waker) { WRITE_ONCE(go, 1); @(&wq); }`,
    right: 'wake_up',
    wrong: 'wake_up_interruptible',
    verdict: 'hang',
  },
  {
    what: 'add_wait_queue() stays in the queue after a wake-up',
    text: `${waiting}
      RACE_THREAD(process, waiter) {
        DECLARE_WAITQUEUE(wait, current);
        add_wait_queue(&wq, &wait);
        for (;;) { set_current_state(TASK_UNINTERRUPTIBLE); if (READ_ONCE(go) == 2) break; schedule(); }
        __set_current_state(TASK_RUNNING); remove_wait_queue(&wq, &wait); }
      RACE_THREAD(process, waker) { WRITE_ONCE(go, 1); wake_up(&wq); WRITE_ONCE(go, 2); @ }`,
    right: 'wake_up(&wq);',
    wrong: '',
    verdict: 'hang',
  },
  {
    what: 'schedule() in state running does not sleep',
    text: `${waiting}
      RACE_THREAD(process, waiter) { DECLARE_WAITQUEUE(wait, current); add_wait_queue(&wq, &wait); @ schedule(); remove_wait_queue(&wq, &wait); }`,
    right: '',
    wrong: 'set_current_state(TASK_UNINTERRUPTIBLE);',
    verdict: 'hang',
  },
  {
    what: 'wait_woken() remembers a wake-up that came too early',
    text: `${waiting}
      RACE_THREAD(process, waiter) {
        DEFINE_WAIT_FUNC(wait, woken_wake_function);
        add_wait_queue(&wq, &wait);
        while (!READ_ONCE(go)) @;
        remove_wait_queue(&wq, &wait); }
      RACE_THREAD(softirq, waker) { WRITE_ONCE(go, 1); wake_up(&wq); }`,
    right: 'wait_woken(&wait, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT)',
    wrong: '({ set_current_state(TASK_UNINTERRUPTIBLE); schedule(); })',
    verdict: 'hang',
  },
  {
    what: 'wait_event_interruptible() ends with a signal, and not without',
    text: `${waiting}
      RACE_THREAD(process, waiter) { if (wait_event_interruptible(wq, READ_ONCE(go)) == -ERESTARTSYS) go = 2; }
      @`,
    right: 'RACE_SIGNAL(waiter) RACE_THREAD(process, other) { wake_up(&wq); go = 1; wake_up(&wq); }',
    wrong: '',
    verdict: 'hang',
  },
  {
    what: 'wait_event_timeout() may end without the condition',
    text: `${waiting}
      RACE_THREAD(process, waiter) { long left = wait_event_timeout(wq, READ_ONCE(go), 10); RACE_ASSERT(@); }`,
    right: '!left',
    wrong: 'left',
    verdict: 'assertion',
  },
  {
    what: 'exclusive waiters are woken one by one',
    text: `${waiting}
      RACE_THREAD(process, a) { wait_event_exclusive_cmd(wq, READ_ONCE(go), , ); }
      RACE_THREAD(process, b) { wait_event_exclusive_cmd(wq, READ_ONCE(go), , ); }
      RACE_THREAD(process, waker) { WRITE_ONCE(go, 1); @(&wq); }`,
    right: 'wake_up_all',
    wrong: 'wake_up',
    verdict: 'hang',
  },
  {
    what: 'wait_on_bit() and wake_up_bit()',
    text: `static unsigned long word = 1;
      RACE_THREAD(process, waiter) { out_of_line_wait_on_bit(&word, 0, NULL, TASK_UNINTERRUPTIBLE); }
      RACE_THREAD(process, owner) { clear_bit(0, &word); @ }`,
    right: 'wake_up_bit(&word, 0);',
    wrong: '',
    verdict: 'hang',
  },
  {
    what: 'wait_var_event() and wake_up_var()',
    text: `static atomic_t n = ATOMIC_INIT(1);
      RACE_THREAD(process, waiter) { wait_var_event(&n, !atomic_read(&n)); }
      RACE_THREAD(process, owner) { if (atomic_dec_and_test(&n)) { @ } }`,
    right: 'wake_up_var(&n);',
    wrong: '',
    verdict: 'hang',
  },
  {
    what: 'completions: reinit_completion() before the work starts, not after',
    text: `static DECLARE_COMPLETION(c); static int started;
      RACE_THREAD(process, user) { @; wait_for_completion(&c); }
      RACE_THREAD(softirq, hardware) { while (!READ_ONCE(started)) cpu_relax(); complete(&c); }`,
    right: 'reinit_completion(&c); WRITE_ONCE(started, 1)',
    wrong: 'WRITE_ONCE(started, 1); reinit_completion(&c)',
    verdict: 'hang',
  },
  {
    what: 'complete_all() lets all in, complete() one',
    text: `static DECLARE_COMPLETION(c);
      RACE_THREAD(process, a) { wait_for_completion(&c); }
      RACE_THREAD(process, b) { wait_for_completion(&c); }
      RACE_THREAD(process, owner) { @(&c); }`,
    right: 'complete_all',
    wrong: 'complete',
    verdict: 'hang',
  },
  {
    what: 'a kthread that parks',
    text: `static struct task_struct *t;
      static int loop(void *x) { while (!kthread_should_stop()) { @ set_current_state(TASK_INTERRUPTIBLE); if (!kthread_should_park() && !kthread_should_stop()) schedule(); __set_current_state(TASK_RUNNING); } return 0; }
      RACE_INIT() { t = kthread_run(loop, NULL, "loop"); }
      RACE_THREAD(process, owner) { kthread_park(t); kthread_unpark(t); kthread_stop(t); }`,
    right: 'if (kthread_should_park()) kthread_parkme();',
    wrong: '',
    verdict: 'hang',
  },
  {
    what: 'tasklet_kill() waits for the tasklet',
    text: `${device}
      static void run(struct tasklet_struct *t) { struct dev *d = from_tasklet(d, t, tasklet); seen = d->v; }
      RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); tasklet_setup(&dev->tasklet, run); tasklet_schedule(&dev->tasklet); }
      RACE_THREAD(process, remove) { @(&dev->tasklet); kfree(dev); }`,
    right: 'tasklet_kill',
    wrong: 'tasklet_disable_nosync',
    verdict: 'use-after-free',
  },
  {
    what: 'a timer that arms itself: del_timer_sync() ends it, del_timer() does not',
    text: `${device}
      static void tick(struct timer_list *t) { struct dev *d = from_timer(d, t, timer); seen = d->v; mod_timer(&d->timer, jiffies + 1); }
      RACE_BOUND(repeats, 2)
      RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); timer_setup(&dev->timer, tick, 0); mod_timer(&dev->timer, jiffies); }
      RACE_THREAD(process, remove) { @(&dev->timer); kfree(dev); }`,
    right: 'del_timer_sync',
    wrong: 'del_timer',
    verdict: 'use-after-free',
  },
  {
    what: 'timer->function = f',
    text: `${device}
      static void tick(struct timer_list *t) { seen = 1; }
      RACE_THREAD(process, start) { static struct timer_list t; @ add_timer(&t); }`,
    right: 't.function = tick;',
    wrong: '',
    verdict: 'null-dereference',
  },
  {
    what: 'delayed work is cancelled before the end',
    text: `${device}
      static void fn(struct work_struct *w) { struct dev *d = container_of(to_delayed_work(w), struct dev, later); seen = d->v; }
      RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); INIT_DELAYED_WORK(&dev->later, fn); schedule_delayed_work(&dev->later, 10); }
      RACE_THREAD(process, remove) { @(&dev->later); kfree(dev); }`,
    right: 'cancel_delayed_work_sync',
    wrong: 'cancel_delayed_work',
    verdict: 'use-after-free',
  },
  {
    what: 'usb_kill_urb() waits for the completion handler, usb_unlink_urb() does not',
    text: `${urb}
      RACE_THREAD(process, disconnect) { @(urb); kfree(dev); usb_free_urb(urb); }`,
    right: 'usb_kill_urb',
    wrong: 'usb_unlink_urb',
    verdict: 'use-after-free',
  },
  {
    what: 'notifier chains: blocking ones wait for callers',
    text: `struct notifier_block { int (*notifier_call)(struct notifier_block *, unsigned long, void *); struct notifier_block *next; int priority; };
      struct blocking_notifier_head { struct rw_semaphore rwsem; struct notifier_block *head; };
      struct raw_notifier_head { struct notifier_block *head; };
      static struct blocking_notifier_head b; static struct raw_notifier_head r; static struct notifier_block *n; static int seen;
      static int called(struct notifier_block *x, unsigned long v, void *p) { seen = x->priority; return 0; }
      RACE_INIT() { n = kzalloc(sizeof(*n), GFP_KERNEL); n->notifier_call = called; @_notifier_chain_register(&#, n); }
      RACE_THREAD(process, event) { @_notifier_call_chain(&#, 0, NULL); }
      RACE_THREAD(process, unload) { @_notifier_chain_unregister(&#, n); kfree(n); }`,
    right: 'blocking',
    wrong: 'raw',
    verdict: 'use-after-free',
  },
  {
    what: 'the end of SLAB_TYPESAFE_BY_RCU memory is no use after free; who is found has to be checked',
    text: `struct o { int key; refcount_t ref; }; static struct kmem_cache *cache; static struct o *slot; static int got;
      RACE_INIT() { cache = kmem_cache_create("o", sizeof(struct o), 0, SLAB_TYPESAFE_BY_RCU, NULL);
        slot = kmem_cache_alloc(cache, GFP_KERNEL); slot->key = 1; refcount_set(&slot->ref, 1); }
      RACE_THREAD(process, finder) { struct o *o; rcu_read_lock(); o = READ_ONCE(slot);
        if (o && refcount_inc_not_zero(&o->ref)) { @ got = o->key; }
        rcu_read_unlock(); }
      RACE_THREAD(process, recycler) { struct o *o = slot, *n; WRITE_ONCE(slot, NULL);
        if (refcount_dec_and_test(&o->ref)) { kmem_cache_free(cache, o); n = kmem_cache_alloc(cache, GFP_KERNEL); n->key = 2; refcount_set(&n->ref, 1); } }
      RACE_FINALLY(got != 2)`,
    right: 'if (READ_ONCE(o->key) == 1)',
    wrong: '',
    verdict: 'assertion',
  },
  {
    what: 'percpu-rwsem: a writer waits for readers',
    text: `DEFINE_STATIC_PERCPU_RWSEM(sem); static int a, b;
      RACE_THREAD(process, reader) { int x, y; @ x = READ_ONCE(a); y = READ_ONCE(b); # RACE_ASSERT(x == y); }
      RACE_THREAD(process, writer) { percpu_down_write(&sem); WRITE_ONCE(a, 1); WRITE_ONCE(b, 1); percpu_up_write(&sem); }`,
    right: 'percpu_down_read(&sem);|percpu_up_read(&sem);',
    wrong: '|',
    verdict: 'assertion',
  },
  {
    what: 'rt_mutex excludes',
    text: `static DEFINE_RT_MUTEX(m); static int n;
      static void add(void) { @ n++; # }
      RACE_THREAD(process, a) { add(); } RACE_THREAD(process, b) { add(); }
      RACE_FINALLY(n == 2)`,
    right: 'rt_mutex_lock(&m);|rt_mutex_unlock(&m);',
    wrong: '|',
    verdict: 'assertion',
  },
  {
    what: 'bit_spin_lock() excludes',
    text: `static unsigned long w; static int n;
      static void add(void) { @ n++; # }
      RACE_THREAD(process, a) { add(); } RACE_THREAD(process, b) { add(); }
      RACE_FINALLY(n == 2)`,
    right: 'bit_spin_lock(3, &w);|bit_spin_unlock(3, &w);',
    wrong: '|',
    verdict: 'assertion',
  },
  {
    what: 'down_interruptible() fails only with a signal',
    text: `static DEFINE_SEMAPHORE(s, 1);
      @
      RACE_THREAD(process, a) { if (!down_interruptible(&s)) up(&s); else RACE_ASSERT(0); }
      RACE_THREAD(process, b) { down(&s); up(&s); }`,
    right: '',
    wrong: 'RACE_SIGNAL(a)',
    verdict: 'assertion',
  },
  {
    what: 'down_trylock() gives 1 when it fails',
    text: `static DEFINE_SEMAPHORE(s, 1); static int n;
      RACE_THREAD(process, a) { if (@down_trylock(&s)) { n++; up(&s); } }
      RACE_THREAD(process, b) { down(&s); n++; up(&s); }
      RACE_FINALLY(n >= 1 && n <= 2)`,
    right: '!',
    wrong: '',
    verdict: 'deadlock',
  },
  {
    what: 'an expedited grace period is one',
    text: `${device}
      RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); }
      RACE_THREAD(process, reader) { struct dev *d; rcu_read_lock(); d = rcu_dereference(dev); if (d) seen = d->v; rcu_read_unlock(); }
      RACE_THREAD(process, updater) { struct dev *d = dev; rcu_assign_pointer(dev, NULL); @ kfree(d); }`,
    right: 'synchronize_rcu_expedited();',
    wrong: 'smp_mb();',
    verdict: 'use-after-free',
  },
  {
    what: 'a reference taken from zero',
    text: `${device}
      static void gone(struct kref *r) { kfree(container_of(r, struct dev, ref)); }
      RACE_INIT() { dev = kzalloc(sizeof(*dev), GFP_KERNEL); kref_init(&dev->ref); }
      static DEFINE_SPINLOCK(l);
      RACE_THREAD(process, finder) { struct dev *d; rcu_read_lock(); d = READ_ONCE(dev); if (d && @) { rcu_read_unlock(); seen = d->v; kref_put(&d->ref, gone); } else rcu_read_unlock(); }
      static void later(struct rcu_head *h) { kfree(container_of(h, struct dev, rcu)); }
      static void last(struct kref *r) { struct dev *d = container_of(r, struct dev, ref); WRITE_ONCE(dev, NULL); call_rcu(&d->rcu, later); }
      RACE_THREAD(process, owner) { kref_put(&dev->ref, last); }`,
    right: 'kref_get_unless_zero(&d->ref)',
    wrong: '({ kref_get(&d->ref); 1; })',
    verdict: 'use-after-free',
  },
  {
    what: 'what the program passed is read through its pointer',
    text: `static int arg = 3, out; static struct { int a, b; } from = { 1, 2 }, to;
      RACE_THREAD(process, ioctl) { int v; get_user(v, &arg); put_user(v + 1, &out); if (copy_from_user(&to, &from, sizeof(to))) return; }
      RACE_FINALLY(@)`,
    right: 'out == 4 && to.b == 2',
    wrong: 'out == 3',
    verdict: 'assertion',
  },
  {
    what: 'a macro of a function is there up to its #undef',
    text: `static int n;
static void f(void)
{
#define TWICE(x) do { x; x; } while (0)
	TWICE(n++);
#undef TWICE
}
RACE_THREAD(process, a) { f(); }
RACE_FINALLY(n == @)
`,
    right: '2',
    wrong: '1',
    verdict: 'assertion',
  },
  {
    what: 'functions that a macro makes by pasting words',
    text: `#define MAKE(name, by) static void add_##name(int *n) { *n += by; }
MAKE(two, 2)
MAKE(three, 3)
static int n;
RACE_THREAD(process, a) { add_two(&n); add_three(&n); }
RACE_FINALLY(n == @)
`,
    right: '5',
    wrong: '4',
    verdict: 'assertion',
  },
  {
    what: 'an idr finds what was stored until it is removed',
    text: `struct xarray { spinlock_t xa_lock; void *xa_head; }; struct idr { struct xarray idr_rt; unsigned int idr_next; };
      static struct idr idr; static int a, b;
      RACE_THREAD(process, t) { int x = idr_alloc(&idr, &a, 1, 0, GFP_KERNEL), y = idr_alloc(&idr, &b, 1, 0, GFP_KERNEL);
        RACE_ASSERT(x == 1 && y == 2 && idr_find(&idr, 2) == &b); idr_remove(&idr, 1); RACE_ASSERT(@); }`,
    right: '!idr_find(&idr, 1) && idr_alloc(&idr, &a, 1, 0, GFP_KERNEL) == 1',
    wrong: 'idr_find(&idr, 1)',
    verdict: 'assertion',
  },
  {
    what: 'a counter of rounds that decides nothing makes no states',
    text: `static atomic_t used = ATOMIC_INIT(1);
      RACE_THREAD(process, waiter) { int rounds = 1000; while (atomic_read(&used)) { if (rounds-- == 0) pr_warn("slow"); msleep(1); } @ }
      RACE_THREAD(process, user) { atomic_dec(&used); }`,
    right: '',
    wrong: 'RACE_ASSERT(rounds > 998);',
    verdict: 'assertion',
  },
  {
    what: 'the console has one lock',
    text: `static int n;
      RACE_THREAD(process, a) { @ n++; # }
      RACE_THREAD(process, b) { console_lock(); n++; console_unlock(); }
      RACE_FINALLY(n == 2)`,
    right: 'console_lock();|console_unlock();',
    wrong: '|',
    verdict: 'assertion',
  },
  {
    what: 'yields are no progress: a loop that only sleeps waits for ever',
    text: `static int go;
      RACE_THREAD(process, waiter) { while (!READ_ONCE(go)) { usleep_range(1, 2); cond_resched(); msleep(1); } }
      RACE_THREAD(process, other) { @ }`,
    right: 'WRITE_ONCE(go, 1);',
    wrong: '',
    verdict: 'hang',
  },
];

/** `@` and `#` become the parts of `a|b`; without a `|` both are a (and `#` is a's first letter). */
function filled(text: string, part: string): string {
  const [first = '', second] = part.split('|');
  return `#include <racelens.h>\n${text.replaceAll('@', first)}`.replace(
    /(?<![^\s&(])#(?=[,)\s])(?!\s*include|\s*define|\s*undef)/g,
    second ?? first.slice(0, 1),
  );
}

describe('lowering: kernel objects, right and wrong', () => {
  for (const { what, text, right, wrong, verdict } of pairs)
    it(what, async () => {
      await checkVerdict(filled(text, right), 'holds');
      await checkVerdict(filled(text, wrong), verdict);
    });
});
