/* SPDX-License-Identifier: MIT */
/*
 * Short bodies of functions that the kernel exports from .c files which a harness seldom includes: what they mean for
 * locks, sleepers, lifetimes and queues, and nothing else. A body in the harness or in an included .c file wins. Objects
 * that were never initialised (a static struct with all counts zero) are taken to have one reference.
 */

/* The end of a reference count that may never have been set: true if this was the last one. */
static inline bool __race_last(refcount_t *r)
{
	return refcount_read(r) <= 0 || refcount_dec_and_test(r);
}

/* kernel/kthread.c: what is created sleeps until it is woken, and never runs if it is stopped before */
static inline int __race_kthread(void *p)
{
	struct __race_kthread_start *start = p;
	int (*fn)(void *data) = start->fn;
	void *data = start->data;

	kfree(start);
	schedule();
	if (kthread_should_stop())
		return -EINTR;
	if (kthread_should_park())
		kthread_parkme();
	return fn(data);
}
static inline struct task_struct *kthread_create_on_node(int (*fn)(void *data), void *data, int node, const char *name, ...)
{
	struct __race_kthread_start *start = kmalloc(sizeof(*start), GFP_KERNEL);

	if (!start)
		return ERR_PTR(-ENOMEM);
	start->fn = fn;
	start->data = data;
	return (struct task_struct *)__race_kthread_create(__race_kthread, start, fn);
}
#define kthread_create(fn, data, args...) kthread_create_on_node(fn, data, -1, args)
static inline struct task_struct *kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu, const char *name)
{
	return kthread_create_on_node(fn, data, -1, name);
}

/* kernel/kthread.c: workers are queues of their own */
#define kthread_init_work(work, fn) do { (work)->func = (fn); __race_work_init(work, fn); } while (0)
#define kthread_init_delayed_work(dwork, fn) kthread_init_work(&(dwork)->work, fn)
#define kthread_init_worker(worker) do { } while (0)
static inline struct kthread_worker *kthread_create_worker(unsigned int flags, const char *name, ...)
{
	return (struct kthread_worker *)kzalloc(sizeof(struct kthread_worker), GFP_KERNEL);
}
static inline struct kthread_worker *kthread_create_worker_on_cpu(int cpu, unsigned int flags, const char *name, ...)
{
	return (struct kthread_worker *)kzalloc(sizeof(struct kthread_worker), GFP_KERNEL);
}
static inline bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work)
{
	__race_work_init(work, work->func);
	return queue_work((struct workqueue_struct *)worker, (struct work_struct *)work);
}
static inline bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *d, unsigned long delay)
{
	return kthread_queue_work(worker, &d->work);
}
static inline bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *d, unsigned long delay)
{
	return !kthread_queue_work(worker, &d->work);
}
static inline void kthread_flush_work(struct kthread_work *work)
{
	flush_work((struct work_struct *)work);
}
static inline void kthread_flush_worker(struct kthread_worker *worker)
{
	flush_workqueue((struct workqueue_struct *)worker);
}
static inline bool kthread_cancel_work_sync(struct kthread_work *work)
{
	return cancel_work_sync((struct work_struct *)work);
}
static inline bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *d)
{
	return cancel_work_sync((struct work_struct *)&d->work);
}
static inline void kthread_destroy_worker(struct kthread_worker *worker)
{
	flush_workqueue((struct workqueue_struct *)worker);
	kfree(worker);
}

/* kernel/softirq.c: tasklets. Bit 0 of the state: scheduled, bit 1: running. */
static inline void run_tasklet(struct tasklet_struct *t)
{
	set_bit(1, &t->state);
	if (!atomic_read(&t->count)) {
		if (test_and_clear_bit(0, &t->state)) {
			if (t->use_callback)
				t->callback(t);
			else
				t->func(t->data);
		}
	}
	clear_bit(1, &t->state);
}
static inline void tasklet_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(0, &t->state))
		__race_raise(run_tasklet, t);
}
static inline void tasklet_hi_schedule(struct tasklet_struct *t)
{
	tasklet_schedule(t);
}
static inline void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	t->next = NULL;
	t->state = 0;
	atomic_set(&t->count, 0);
	t->callback = callback;
	t->use_callback = true;
	t->data = 0;
}
static inline void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	t->next = NULL;
	t->state = 0;
	atomic_set(&t->count, 0);
	t->func = func;
	t->use_callback = false;
	t->data = data;
}
static inline void tasklet_unlock_wait(struct tasklet_struct *t)
{
	might_sleep();
	while (test_bit(1, &t->state))
		cpu_relax();
}
static inline void tasklet_unlock_spin_wait(struct tasklet_struct *t)
{
	while (test_bit(1, &t->state))
		cpu_relax();
}
static inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
}
static inline void tasklet_disable_in_atomic(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
	tasklet_unlock_spin_wait(t);
}
static inline void tasklet_disable(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
	tasklet_unlock_wait(t);
}
static inline void tasklet_enable(struct tasklet_struct *t)
{
	if (atomic_dec_and_test(&t->count) && test_bit(0, &t->state))
		__race_raise(run_tasklet, t);
}
static inline void tasklet_kill(struct tasklet_struct *t)
{
	might_sleep();
	while (test_and_set_bit(0, &t->state))
		while (test_bit(0, &t->state))
			cpu_relax();
	tasklet_unlock_wait(t);
	clear_bit(0, &t->state);
}

/*
 * kernel/irq: interrupts that the harness serves by calling the handler. A line's state: bit 0 asked for, bit 1 given
 * back, from bit 8 how often it is disabled, from bit 16 how many handlers run.
 */
static inline atomic_t *__race_line(int irq, void *dev)
{
	unsigned long key = (unsigned long)dev + irq + 1, found;
	int i;

	for (i = 0; i < 7; i++) {
		found = READ_ONCE(interrupt_lines[i].key);
		if (!found)
			found = cmpxchg(&interrupt_lines[i].key, 0, key);
		if (!found || found == key)
			break;
	}
	return (atomic_t *)&interrupt_lines[i].state;
}
static inline bool __race_irq_bound(int state)
{
	return !(state & 2) && ((state & 1) || !__race_irqs_asked());
}
static inline bool __race_irq_enter(int irq, void *dev)
{
	atomic_t *action = __race_line(irq, dev), *line = __race_line(irq, NULL);
	bool bound = __race_irq_bound(atomic_fetch_add(0x10000, action));

	if (bound) {
		if (!(atomic_fetch_add(0x10000, line) & 0xff00))
			return true;
		atomic_sub(0x10000, line);
	}
	atomic_sub(0x10000, action);
	__race_irq_later();
	if (__race_irq_bound(atomic_read(action)) && !(atomic_read(line) & 0xff00))
		__race_irq_resume();
	return false;
}
static inline void __race_irq_leave(int irq, void *dev)
{
	atomic_sub(0x10000, __race_line(irq, NULL));
	atomic_sub(0x10000, __race_line(irq, dev));
}
static inline void __race_irq_request(int irq, void *dev)
{
	atomic_set(__race_line(irq, dev), 1);
	__race_irq_resume();
}
static inline void __race_irq_free(int irq, void *dev)
{
	atomic_t *action = __race_line(irq, dev);

	atomic_or(2, action);
	while (atomic_read(action) >> 16)
		cpu_relax();
}
static inline void __race_irq_wait(int irq)
{
	atomic_t *line = __race_line(irq, NULL);

	while (atomic_read(line) >> 16)
		cpu_relax();
}
static inline void __race_irq_mask(int irq)
{
	atomic_add(0x100, __race_line(irq, NULL));
}
static inline void __race_irq_unmask(int irq)
{
	if (!(atomic_sub_return(0x100, __race_line(irq, NULL)) & 0xff00))
		__race_irq_resume();
}

/* kernel/time/hrtimer.c: clocks stand still */
static inline s64 __race_clock(void)
{
	return 0;
}
static inline void hrtimer_init(struct hrtimer *timer, int clock, int mode)
{
	static struct hrtimer_clock_base base = { .get_time = __race_clock };

	timer->base = &base;
}

/* kernel/irq_work.c: bit 0 pending, bit 1 busy, as a softirq */
static inline void run_irq_work(struct irq_work *work)
{
	atomic_set(&work->node.a_flags, 2);
	work->func(work);
	atomic_cmpxchg(&work->node.a_flags, 2, 0);
}
static inline bool irq_work_queue(struct irq_work *work)
{
	if (atomic_fetch_or(1, &work->node.a_flags) & 1)
		return false;
	__race_raise(run_irq_work, work);
	return true;
}
static inline void irq_work_sync(struct irq_work *work)
{
	might_sleep();
	while (atomic_read(&work->node.a_flags))
		cpu_relax();
}

/* kernel/sched: waiting for bits and variables, wake functions */
#define wait_var_event(var, condition) wait_event(__race_bit_waiters, condition)
#define wait_var_event_killable(var, condition) wait_event_killable(__race_bit_waiters, condition)
#define wait_var_event_interruptible(var, condition) wait_event_interruptible(__race_bit_waiters, condition)
#define wait_var_event_timeout(var, condition, timeout) wait_event_timeout(__race_bit_waiters, condition, timeout)
static inline void wake_up_var(void *var)
{
	wake_up_all(&__race_bit_waiters);
}
static inline void wake_up_bit(void *word, int bit)
{
	wake_up_all(&__race_bit_waiters);
}
static inline int out_of_line_wait_on_bit(void *word, int bit, void *action, unsigned int mode)
{
	return wait_event_state(__race_bit_waiters, !test_bit(bit, (unsigned long *)word), mode);
}
static inline int out_of_line_wait_on_bit_timeout(void *word, int bit, void *action, unsigned int mode, unsigned long timeout)
{
	return wait_event_timeout(__race_bit_waiters, !test_bit(bit, (unsigned long *)word), timeout) ? 0 : -EAGAIN;
}
static inline int out_of_line_wait_on_bit_lock(void *word, int bit, void *action, unsigned int mode)
{
	return wait_event_state(__race_bit_waiters, !test_and_set_bit(bit, (unsigned long *)word), mode);
}
static inline int bit_wait(void *key, int mode)
{
	schedule();
	return 0;
}
static inline int bit_wait_io(void *key, int mode)
{
	schedule();
	return 0;
}
static inline int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	return try_to_wake_up((struct task_struct *)entry->private, mode, flags);
}
static inline int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init_careful(&entry->entry);
	return woken;
}
static inline int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	entry->flags |= 2;
	return default_wake_function(entry, mode, flags, key);
}
static inline long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(READ_ONCE(entry->flags) & 2) && !kthread_should_stop())
		timeout = schedule_timeout(timeout);
	__set_current_state(0);
	WRITE_ONCE(entry->flags, entry->flags & ~2);
	return timeout;
}
static inline int rcuwait_wake_up(struct rcuwait *w)
{
	struct task_struct *task;
	int woken = 0;

	rcu_read_lock();
	task = rcu_dereference(w->task);
	if (task)
		woken = wake_up_process(task);
	rcu_read_unlock();
	return woken;
}

/* kernel/notifier.c */
static inline int __race_chain_add(struct notifier_block **list, struct notifier_block *n)
{
	while (*list != NULL) {
		if (*list == n)
			return -EEXIST;
		if (n->priority > (*list)->priority)
			break;
		list = &(*list)->next;
	}
	n->next = *list;
	rcu_assign_pointer(*list, n);
	return 0;
}
static inline int __race_chain_remove(struct notifier_block **list, struct notifier_block *n)
{
	while (*list != NULL) {
		if (*list == n) {
			rcu_assign_pointer(*list, n->next);
			return 0;
		}
		list = &(*list)->next;
	}
	return -ENOENT;
}
static inline int __race_chain_call(struct notifier_block **list, unsigned long value, void *v)
{
	struct notifier_block *n = rcu_dereference_raw(*list), *next;
	int result = 0;

	while (n) {
		next = rcu_dereference_raw(n->next);
		result = n->notifier_call(n, value, v);
		if (result & 0x8000)
			break;
		n = next;
	}
	return result;
}
static inline int atomic_notifier_chain_register(struct atomic_notifier_head *head, struct notifier_block *n)
{
	unsigned long flags;
	int result;

	spin_lock_irqsave(&head->lock, flags);
	result = __race_chain_add(&head->head, n);
	spin_unlock_irqrestore(&head->lock, flags);
	return result;
}
static inline int atomic_notifier_chain_unregister(struct atomic_notifier_head *head, struct notifier_block *n)
{
	unsigned long flags;
	int result;

	spin_lock_irqsave(&head->lock, flags);
	result = __race_chain_remove(&head->head, n);
	spin_unlock_irqrestore(&head->lock, flags);
	synchronize_rcu();
	return result;
}
static inline int atomic_notifier_call_chain(struct atomic_notifier_head *head, unsigned long value, void *v)
{
	int result;

	rcu_read_lock();
	result = __race_chain_call(&head->head, value, v);
	rcu_read_unlock();
	return result;
}
static inline int blocking_notifier_chain_register(struct blocking_notifier_head *head, struct notifier_block *n)
{
	int result;

	down_write(&head->rwsem);
	result = __race_chain_add(&head->head, n);
	up_write(&head->rwsem);
	return result;
}
static inline int blocking_notifier_chain_unregister(struct blocking_notifier_head *head, struct notifier_block *n)
{
	int result;

	down_write(&head->rwsem);
	result = __race_chain_remove(&head->head, n);
	up_write(&head->rwsem);
	return result;
}
static inline int blocking_notifier_call_chain(struct blocking_notifier_head *head, unsigned long value, void *v)
{
	int result;

	down_read(&head->rwsem);
	result = __race_chain_call(&head->head, value, v);
	up_read(&head->rwsem);
	return result;
}
static inline int raw_notifier_chain_register(struct raw_notifier_head *head, struct notifier_block *n)
{
	return __race_chain_add(&head->head, n);
}
static inline int raw_notifier_chain_unregister(struct raw_notifier_head *head, struct notifier_block *n)
{
	return __race_chain_remove(&head->head, n);
}
static inline int raw_notifier_call_chain(struct raw_notifier_head *head, unsigned long value, void *v)
{
	return __race_chain_call(&head->head, value, v);
}
static inline int srcu_notifier_chain_register(struct srcu_notifier_head *head, struct notifier_block *n)
{
	int result;

	mutex_lock(&head->mutex);
	result = __race_chain_add(&head->head, n);
	mutex_unlock(&head->mutex);
	return result;
}
static inline int srcu_notifier_chain_unregister(struct srcu_notifier_head *head, struct notifier_block *n)
{
	int result;

	mutex_lock(&head->mutex);
	result = __race_chain_remove(&head->head, n);
	mutex_unlock(&head->mutex);
	synchronize_srcu(&head->srcu);
	return result;
}
static inline int srcu_notifier_call_chain(struct srcu_notifier_head *head, unsigned long value, void *v)
{
	int index = srcu_read_lock(&head->srcu), result;

	result = __race_chain_call(&head->head, value, v);
	srcu_read_unlock(&head->srcu, index);
	return result;
}

/*
 * lib/percpu-refcount.c: the count is one number in either mode. Bit 0 of the pointer: users count in it, bit 1: dead.
 * Unless the count was one number before, it is a grace period from kill to the end of its first reference.
 */
static inline int percpu_ref_init(struct percpu_ref *ref, void (*release)(struct percpu_ref *), unsigned int flags, gfp_t gfp)
{
	struct percpu_ref_data *data = kzalloc(sizeof(*data), gfp);

	if (!data)
		return -ENOMEM;
	data->force_atomic = flags & 1;
	atomic_long_set(&data->count, flags & 2 ? 0 : 1);
	data->release = release;
	data->ref = ref;
	ref->data = data;
	ref->percpu_count_ptr = flags & 2 ? 3 : 1;
	return 0;
}
static inline void percpu_ref_exit(struct percpu_ref *ref)
{
	kfree(ref->data);
	ref->data = NULL;
	ref->percpu_count_ptr = 3;
}
static inline void __race_ref_killed(struct rcu_head *head)
{
	struct percpu_ref_data *data = container_of(head, struct percpu_ref_data, rcu);
	struct percpu_ref *ref = data->ref;

	if (data->confirm_switch)
		data->confirm_switch(ref);
	data->confirm_switch = NULL;
	percpu_ref_put(ref);
}
static inline void percpu_ref_kill_and_confirm(struct percpu_ref *ref, void (*confirm)(struct percpu_ref *))
{
	WARN_ON_ONCE(READ_ONCE(ref->percpu_count_ptr) & 2);
	WRITE_ONCE(ref->percpu_count_ptr, 3);
	if (ref->data->force_atomic) {
		if (confirm)
			confirm(ref);
	} else {
		atomic_long_inc(&ref->data->count);
		ref->data->confirm_switch = confirm;
		call_rcu(&ref->data->rcu, __race_ref_killed);
	}
	percpu_ref_put(ref);
}
static inline bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	if (!(READ_ONCE(ref->percpu_count_ptr) & 2) && !ref->data->force_atomic)
		return false;
	return !atomic_long_read(&ref->data->count);
}
static inline void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!(READ_ONCE(ref->percpu_count_ptr) & 2));
	WRITE_ONCE(ref->percpu_count_ptr, 1);
	atomic_long_inc(&ref->data->count);
}
static inline void percpu_ref_reinit(struct percpu_ref *ref)
{
	percpu_ref_resurrect(ref);
}
static inline void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	might_sleep();
	ref->data->force_atomic = true;
}
static inline void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	ref->data->force_atomic = false;
}

/* kernel/printk/printk.c, net/netlink/genetlink.c */
static inline void console_lock(void)
{
	mutex_lock(&__race_console);
}
static inline int console_trylock(void)
{
	return mutex_trylock(&__race_console);
}
static inline void console_unlock(void)
{
	mutex_unlock(&__race_console);
}
static inline int is_console_locked(void)
{
	return mutex_is_locked(&__race_console);
}
static inline void genl_lock(void)
{
	mutex_lock(&__race_genl);
}
static inline void genl_unlock(void)
{
	mutex_unlock(&__race_genl);
}

/* kernel/pid.c, fs/file_table.c */
static inline void put_pid(struct pid *pid)
{
	if (pid && refcount_dec_and_test(&pid->count))
		__race_end(pid);
}
static inline void fput(struct file *file)
{
	if (atomic_long_dec_and_test(&file->f_count)) {
		if (file->f_op && file->f_op->release)
			file->f_op->release(file->f_inode, file);
		__race_end(file);
	}
}

/* mm/filemap.c, fs/buffer.c: the lock bit of pages and buffers is bit 0 and bit 2 */
static inline void __folio_lock(struct folio *folio)
{
	wait_event(__race_bit_waiters, !test_and_set_bit(0, &folio->flags));
}
static inline int __folio_lock_killable(struct folio *folio)
{
	return wait_event_killable(__race_bit_waiters, !test_and_set_bit(0, &folio->flags));
}
static inline void folio_unlock(struct folio *folio)
{
	clear_bit(0, &folio->flags);
	wake_up_all(&__race_bit_waiters);
}
static inline void unlock_page(struct page *page)
{
	clear_bit(0, &page->flags);
	wake_up_all(&__race_bit_waiters);
}
static inline void __lock_buffer(struct buffer_head *bh)
{
	wait_event(__race_bit_waiters, !test_and_set_bit(2, &bh->b_state));
}
static inline void unlock_buffer(struct buffer_head *bh)
{
	clear_bit(2, &bh->b_state);
	wake_up_all(&__race_bit_waiters);
}

/* kernel/sched/core.c: wake_q_add() takes a reference, wake_up_q() wakes without the lock */
static inline bool wake_q_add(struct wake_q_head *head, struct task_struct *task)
{
	struct wake_q_node *node = &task->wake_q;

	if (cmpxchg(&node->next, NULL, (struct wake_q_node *)1))
		return false;
	*head->lastp = node;
	head->lastp = &node->next;
	return true;
}
static inline void wake_q_add_safe(struct wake_q_head *head, struct task_struct *task)
{
	wake_q_add(head, task);
}
static inline void wake_up_q(struct wake_q_head *head)
{
	struct wake_q_node *node = head->first;

	while (node != (struct wake_q_node *)1) {
		struct task_struct *task = container_of(node, struct task_struct, wake_q);

		node = node->next;
		WRITE_ONCE(task->wake_q.next, NULL);
		wake_up_process(task);
	}
}
