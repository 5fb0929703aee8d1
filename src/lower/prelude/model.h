/* SPDX-License-Identifier: MIT */
/*
 * Meanings that Racelens gives to kernel macros whose real text is made for a compiler (per-CPU sections, lockdep maps,
 * wait queue internals, inline assembler). They win over the kernel's headers, not over an included .c file.
 * Words that begin with __race_ are operations of the engine.
 */

/* Annotations */
#define __rcu
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __force
#define __nocast
#define __safe
#define __private
#define __bitwise
#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#define __read_mostly
#define __ro_after_init
#define __must_check
#define __maybe_unused
#define __always_unused
#define __used
#define __cold
#define __hot
#define __pure
#define __weak
#define __visible
#define __malloc
#define __deprecated
#define __noreturn
#define __printf(a, b)
#define __scanf(a, b)
#define __alloc_size(...)
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_acquires(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __counted_by(m)
#define __section(s)
#define __no_sanitize_address
#define __no_kcsan
#define __no_kasan_or_inline
#define __latent_entropy
#define __net_init
#define __net_exit
#define __net_initdata
#define __sched
#define __lockfunc
#define __cpuidle
#define noinline
#define noinline_for_stack
#define notrace
#define asmlinkage
#define __visible
#define fastcall
#define __assume_aligned(...)
#define __designated_init
#define __randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __no_randomize_layout
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define ____cacheline_internodealigned_in_smp
#define __cacheline_aligned
#define __cacheline_aligned_in_smp
#define ___cacheline_internodealigned_in_smp
#define __cacheline_group_begin(g)
#define __cacheline_group_end(g)
#define fallthrough __attribute__((__fallthrough__))
#define __cleanup(f) __attribute__((cleanup(f)))
#define DECLARE_FLEX_ARRAY(T, N) T N[]
#define __DECLARE_FLEX_ARRAY(T, N) T N[]
#define uninitialized_var(x) x
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define INDIRECT_CALLABLE_DECLARE(f)
#define INDIRECT_CALLABLE_SCOPE static
#define INDIRECT_CALL_1(f, f1, ...) (f)(__VA_ARGS__)
#define INDIRECT_CALL_2(f, f2, f1, ...) (f)(__VA_ARGS__)
#define INDIRECT_CALL_3(f, f3, f2, f1, ...) (f)(__VA_ARGS__)
#define INDIRECT_CALL_4(f, f4, f3, f2, f1, ...) (f)(__VA_ARGS__)
#define INDIRECT_CALL_INET(f, f2, f1, ...) (f)(__VA_ARGS__)
#define INDIRECT_CALL_INET_1(f, f1, ...) (f)(__VA_ARGS__)

/* Building blocks */
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define container_of_const(ptr, type, member) container_of(ptr, type, member)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof(*(p)->member) * (n))
#define flex_array_size(p, member, n) (sizeof(*(p)->member) * (n))
#define __native_word(x) 1
#define __unqual_scalar_typeof(x) __typeof__(x)
#define current ((struct task_struct *)__race_current())
#define RACE_TASK(name) ((struct task_struct *)__race_task(name))
#define RELOC_HIDE(p, o) ((__typeof__(p))((unsigned long)(p) + (o)))
#define OPTIMIZER_HIDE_VAR(x) do { } while (0)
#define __ADDRESSABLE(x)
#define smp_cond_load_relaxed(ptr, cond) ({ __typeof__(*(ptr)) VAL; for (;;) { VAL = READ_ONCE(*(ptr)); if (cond) break; cpu_relax(); } VAL; })
#define smp_cond_load_acquire(ptr, cond) ({ __typeof__(*(ptr)) VAL; for (;;) { VAL = READ_ONCE(*(ptr)); if (cond) break; cpu_relax(); } VAL; })
#define atomic_cond_read_relaxed(v, c) smp_cond_load_relaxed(&(v)->counter, c)
#define atomic_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, c)
#define spin_until_cond(c) do { while (!(c)) cpu_relax(); } while (0)
#define no_free_ptr(p) ({ __typeof__(p) __p = (p); (p) = NULL; __p; })
#define return_ptr(p) return no_free_ptr(p)

/* Byte order: what the machine has instructions for */
#define __swab16(x) ({ unsigned short __race_v = (x); (unsigned short)((__race_v << 8) | (__race_v >> 8)); })
#define __swab32(x) ({ unsigned int __race_v = (x); (__race_v << 24) | ((__race_v & 0xff00u) << 8) | ((__race_v >> 8) & 0xff00u) | (__race_v >> 24); })
#define __swab64(x) ({ unsigned long __race_w = (x); ((unsigned long)__swab32((unsigned int)__race_w) << 32) | __swab32((unsigned int)(__race_w >> 32)); })
#define __builtin_bswap16(x) __swab16(x)
#define __builtin_bswap32(x) __swab32(x)
#define __builtin_bswap64(x) __swab64(x)

/* Per-CPU data: one copy every 64 kB */
#define __race_percpu __attribute__((percpu))
#define DEFINE_PER_CPU(type, name) __race_percpu __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) __race_percpu __typeof__(type) name
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) __race_percpu __typeof__(type) name
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) __race_percpu __typeof__(type) name
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) __race_percpu __typeof__(type) name
#define DEFINE_PER_CPU_FIRST(type, name) __race_percpu __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __race_percpu __typeof__(type) name
#define DECLARE_PER_CPU_ALIGNED(type, name) extern __race_percpu __typeof__(type) name
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) extern __race_percpu __typeof__(type) name
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) extern __race_percpu __typeof__(type) name
#define DECLARE_PER_CPU_FIRST(type, name) extern __race_percpu __typeof__(type) name
#define EXPORT_PER_CPU_SYMBOL(x)
#define EXPORT_PER_CPU_SYMBOL_GPL(x)
#define per_cpu(var, cpu) (*__race_per_cpu_ptr(&(var), cpu))
#define __get_cpu_var(var) (*__race_this_cpu_ptr(&(var)))
#define get_cpu_var(var) (*({ preempt_disable(); __race_this_cpu_ptr(&(var)); }))
#define put_cpu_var(var) preempt_enable()
#define nr_cpu_ids nr_cpu_ids_value()
#define num_possible_cpus() nr_cpu_ids_value()
#define num_online_cpus() nr_cpu_ids_value()
#define cpu_possible(cpu) 1
#define cpu_online(cpu) 1
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids_value(); (cpu)++)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids_value(); (cpu)++)
#define for_each_present_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids_value(); (cpu)++)

/* Objects that start unlocked, empty, idle: all zero */
#define __SPIN_LOCK_UNLOCKED(x) { }
#define __RAW_SPIN_LOCK_UNLOCKED(x) { }
#define __SPIN_LOCK_INITIALIZER(x) { }
#define __RW_LOCK_UNLOCKED(x) { }
#define __MUTEX_INITIALIZER(x) { }
#define __RWSEM_INITIALIZER(x) { }
#define __SEQLOCK_UNLOCKED(x) { }
#define __WAIT_QUEUE_HEAD_INITIALIZER(x) { }
#define __SWAIT_QUEUE_HEAD_INITIALIZER(x) { }
#define __COMPLETION_INITIALIZER(x) { }
#define COMPLETION_INITIALIZER(x) { }
#define SEQCNT_ZERO(x) { }
#define SEQCNT_SPINLOCK_ZERO(x, l) { }
#define SEQCNT_MUTEX_ZERO(x, l) { }
#define SEQCNT_LATCH_ZERO(x) { }
#define DEFINE_SPINLOCK(x) spinlock_t x = { }
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = { }
#define DEFINE_RWLOCK(x) rwlock_t x = { }
#define DEFINE_MUTEX(x) struct mutex x = { }
#define DEFINE_RT_MUTEX(x) struct rt_mutex x = { }
#define DEFINE_WW_MUTEX(x, c) struct ww_mutex x = { }
#define DECLARE_RWSEM(x) struct rw_semaphore x = { }
#define DEFINE_PERCPU_RWSEM(x) struct percpu_rw_semaphore x = { }
#define DEFINE_STATIC_PERCPU_RWSEM(x) static struct percpu_rw_semaphore x = { }
#define DEFINE_SEQLOCK(x) seqlock_t x = { }
#define DECLARE_WAIT_QUEUE_HEAD(x) struct wait_queue_head x = { }
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(x) struct wait_queue_head x = { }
#define DECLARE_SWAIT_QUEUE_HEAD(x) struct swait_queue_head x = { }
#define DECLARE_COMPLETION(x) struct completion x = { }
#define DECLARE_COMPLETION_ONSTACK(x) struct completion x = { }
#define DECLARE_COMPLETION_ONSTACK_MAP(x, m) struct completion x = { }
#define DEFINE_SRCU(x) struct srcu_struct x = { }
#define DEFINE_STATIC_SRCU(x) static struct srcu_struct x = { }
#define DEFINE_WAIT(x) struct wait_queue_entry x = { }
#define DEFINE_WAIT_FUNC(x, f) struct wait_queue_entry x = { .func = f, .private = current, .entry = { &x.entry, &x.entry } }
#define DECLARE_WAITQUEUE(x, tsk) struct wait_queue_entry x = { }
#define DECLARE_WAITQUEUE_ONSTACK(x, tsk) struct wait_queue_entry x = { }
#define __WAITQUEUE_INITIALIZER(x, tsk) { }
#define DEFINE_RATELIMIT_STATE(x, i, b) struct ratelimit_state x = { }
#define DEFINE_MUTEX_ONSTACK(x) struct mutex x = { }
#define DEFINE_SEMAPHORE(...) __RACE_SEM(__VA_ARGS__, 1)
#define __RACE_SEM(x, n, ...) struct semaphore x = { .count = n }
#define DEFINE_STATIC_KEY_TRUE(x) struct static_key_true x
#define DEFINE_STATIC_KEY_FALSE(x) struct static_key_false x
#define DEFINE_STATIC_KEY_FALSE_RO(x) struct static_key_false x
#define DEFINE_STATIC_KEY_TRUE_RO(x) struct static_key_true x
#define DECLARE_STATIC_KEY_FALSE(x) extern struct static_key_false x
#define DECLARE_STATIC_KEY_TRUE(x) extern struct static_key_true x
#define DEFINE_STATIC_KEY_MAYBE(c, x) struct static_key_false x
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]
#define RCU_INITIALIZER(v) (v)
#define INIT_RCU_HEAD(x) do { } while (0)

/* Functions bound to their objects when they are defined */
#define __WORK_INITIALIZER(n, f) { .func = (f) }
#define DECLARE_WORK(n, f) struct work_struct n = { .func = (f) }
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = { .work = { .func = (f) } }
#define DECLARE_DEFERRABLE_WORK(n, f) struct delayed_work n = { .work = { .func = (f) } }
#define __DELAYED_WORK_INITIALIZER(n, f, fl) { .work = { .func = (f) } }
#define __TIMER_INITIALIZER(f, fl) { .function = (f) }
#define DEFINE_TIMER(n, f) struct timer_list n = { .function = (f) }
#define from_timer(var, timer, field) container_of(timer, __typeof__(*(var)), field)
#define timer_container_of(var, timer, field) container_of(timer, __typeof__(*(var)), field)
#define from_tasklet(var, t, field) container_of(t, __typeof__(*(var)), field)
#define DECLARE_TASKLET(n, f) struct tasklet_struct n = { .callback = (f), .use_callback = true }
#define DECLARE_TASKLET_DISABLED(n, f) struct tasklet_struct n = { .callback = (f), .use_callback = true, .count = { 1 } }

/* Lockdep and sparse have nothing to say here */
#define lockdep_assert_cpus_held() do { } while (0)
#define lockdep_tasklist_lock_is_held() 1
#define lockdep_sock_is_held(sk) 1
#define lockdep_genl_is_held() 1
#define lockdep_nfnl_is_held(x) 1
#define lockdep_ovsl_is_held() 1
#define lockdep_commit_lock_is_held(n) 1
#define might_lock(l) do { } while (0)
#define STATIC_LOCKDEP_MAP_INIT(n, k) { }
#define __acquired(x)

/* Lists under RCU, without the lockdep arguments */
#define list_entry_rcu(ptr, type, member) container_of(rcu_dereference_raw(ptr), type, member)
#define list_entry_lockless(ptr, type, member) container_of(READ_ONCE(ptr), type, member)
#define __race_rcu_dereference_list(p) rcu_dereference_raw(p)
#define list_for_each_entry_rcu(pos, head, member, ...) \
	for (pos = list_entry_rcu((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_srcu(pos, head, member, ...) \
	for (pos = list_entry_rcu((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_lockless(pos, head, member) \
	for (pos = list_entry_lockless((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry_lockless(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_continue_rcu(pos, head, member) \
	for (pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_first_or_null_rcu(ptr, type, member) \
	({ struct list_head *__ptr = (ptr); struct list_head *__next = READ_ONCE(__ptr->next); \
	   __ptr != __next ? list_entry_rcu(__next, type, member) : (type *)NULL; })
#define __race_hlist_entry(ptr, type, member) \
	({ __typeof__(ptr) ____ptr = (ptr); ____ptr ? container_of(____ptr, type, member) : (type *)NULL; })
#define hlist_for_each_entry_rcu(pos, head, member, ...) \
	for (pos = __race_hlist_entry(rcu_dereference_raw((head)->first), __typeof__(*pos), member); pos; \
	     pos = __race_hlist_entry(rcu_dereference_raw(pos->member.next), __typeof__(*pos), member))
#define hlist_for_each_entry_rcu_bh(pos, head, member, ...) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_rcu_notrace(pos, head, member, ...) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_srcu(pos, head, member, ...) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_nulls_for_each_entry_rcu(tpos, pos, head, member) \
	for (pos = rcu_dereference_raw((head)->first); \
	     !((unsigned long)pos & 1) && ({ tpos = container_of(pos, __typeof__(*tpos), member); 1; }); \
	     pos = rcu_dereference_raw(pos->next))

/* Spinning on a counter or a lock */
#define smp_mb__after_spinlock() do { } while (0)

/*
 * Waiting for a condition: check it, then until it holds: queue oneself with the state set, check again, sleep.
 * `result` is what the macro gives: 0 or -ERESTARTSYS.
 */
#define __race_wait(wq, condition, state, exclusive, interruptible, command) ({ \
	long __race_result = 0; \
	if (!(condition)) { \
		for (;;) { \
			__race_wait_prepare(&(wq), state, exclusive); \
			if (condition) \
				break; \
			if ((interruptible) && __race_signal_pending()) { \
				__race_result = -512; \
				break; \
			} \
			command; \
		} \
		__race_wait_finish(&(wq)); \
	} \
	__race_result; })
#define __race_wait_timeout(wq, condition, state, interruptible, timeout) ({ \
	long __race_left = (timeout); \
	if (!(condition)) { \
		for (;;) { \
			__race_wait_prepare(&(wq), state, 0); \
			if (condition) { \
				if (!__race_left) \
					__race_left = 1; \
				break; \
			} \
			if (!__race_left) \
				break; \
			if ((interruptible) && __race_signal_pending()) { \
				__race_left = -512; \
				break; \
			} \
			__race_left = __race_schedule(__race_left); \
		} \
		__race_wait_finish(&(wq)); \
	} else if (!__race_left) \
		__race_left = 1; \
	__race_left; })
#define wait_event(wq, condition) do { might_sleep(); (void)__race_wait(wq, condition, 2, 0, 0, __race_schedule(-1)); } while (0)
#define wait_event_exclusive_cmd(wq, condition, cmd1, cmd2) do { (void)__race_wait(wq, condition, 2, 1, 0, ({ cmd1; __race_schedule(-1); cmd2; })); } while (0)
#define wait_event_cmd(wq, condition, cmd1, cmd2) do { (void)__race_wait(wq, condition, 2, 0, 0, ({ cmd1; __race_schedule(-1); cmd2; })); } while (0)
#define wait_event_idle(wq, condition) do { might_sleep(); (void)__race_wait(wq, condition, 0x402, 0, 0, __race_schedule(-1)); } while (0)
#define wait_event_idle_exclusive(wq, condition) do { might_sleep(); (void)__race_wait(wq, condition, 0x402, 1, 0, __race_schedule(-1)); } while (0)
#define io_wait_event(wq, condition) wait_event(wq, condition)
#define wait_event_freezable(wq, condition) wait_event_interruptible(wq, condition)
#define wait_event_interruptible(wq, condition) ({ might_sleep(); (int)__race_wait(wq, condition, 1, 0, 1, __race_schedule(-1)); })
#define wait_event_interruptible_exclusive(wq, condition) ({ might_sleep(); (int)__race_wait(wq, condition, 1, 1, 1, __race_schedule(-1)); })
#define wait_event_killable(wq, condition) ({ might_sleep(); (int)__race_wait(wq, condition, 0x102, 0, 1, __race_schedule(-1)); })
#define wait_event_killable_exclusive(wq, condition) ({ might_sleep(); (int)__race_wait(wq, condition, 0x102, 1, 1, __race_schedule(-1)); })
#define wait_event_state(wq, condition, state) ({ might_sleep(); (int)__race_wait(wq, condition, state, 0, (state) & 0x101, __race_schedule(-1)); })
#define wait_event_timeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 2, 0, timeout); })
#define wait_event_idle_timeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 0x402, 0, timeout); })
#define wait_event_interruptible_timeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 1, 1, timeout); })
#define wait_event_killable_timeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 0x102, 1, timeout); })
#define wait_event_freezable_timeout(wq, condition, timeout) wait_event_interruptible_timeout(wq, condition, timeout)
#define wait_event_hrtimeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 2, 0, 1) ? 0 : -62; })
#define wait_event_interruptible_hrtimeout(wq, condition, timeout) ({ might_sleep(); __race_wait_timeout(wq, condition, 1, 1, 1) ? 0 : -62; })
#define wait_event_lock_irq(wq, condition, lock) do { (void)__race_wait(wq, condition, 2, 0, 0, ({ spin_unlock_irq(&(lock)); __race_schedule(-1); spin_lock_irq(&(lock)); })); } while (0)
#define wait_event_lock_irq_cmd(wq, condition, lock, cmd) do { (void)__race_wait(wq, condition, 2, 0, 0, ({ spin_unlock_irq(&(lock)); cmd; __race_schedule(-1); spin_lock_irq(&(lock)); })); } while (0)
#define wait_event_interruptible_lock_irq(wq, condition, lock) ({ (int)__race_wait(wq, condition, 1, 0, 1, ({ spin_unlock_irq(&(lock)); __race_schedule(-1); spin_lock_irq(&(lock)); })); })
#define wait_event_interruptible_lock_irq_cmd(wq, condition, lock, cmd) ({ (int)__race_wait(wq, condition, 1, 0, 1, ({ spin_unlock_irq(&(lock)); cmd; __race_schedule(-1); spin_lock_irq(&(lock)); })); })
#define wait_event_interruptible_locked(wq, condition) ({ (int)__race_wait(wq, condition, 1, 1, 1, ({ spin_unlock(&(wq).lock); __race_schedule(-1); spin_lock(&(wq).lock); })); })
#define swait_event_exclusive(wq, condition) wait_event_exclusive_cmd(wq, condition, , )
#define swait_event_interruptible_exclusive(wq, condition) wait_event_interruptible_exclusive(wq, condition)
#define swait_event_timeout_exclusive(wq, condition, timeout) wait_event_timeout(wq, condition, timeout)

/* Locks of the whole kernel that are reached by calls */
static struct mutex __race_console;
static struct mutex __race_genl;

/* What a kthread starts with, and lines of interrupts */
struct __race_kthread_start {
	int (*fn)(void *data);
	void *data;
};
struct __race_line {
	unsigned long key;
	int state;
};
static struct __race_line interrupt_lines[8];

/* An entry of an xarray or idr */
struct __race_slot {
	unsigned long index;
	void *entry;
};

/* Who waits for bits and variables */
static struct wait_queue_head __race_bit_waiters;

/* Spinning reads of registers: they end when the condition holds, or time out */
#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before, args...) ({ int __race_r = 0; for (;;) { (val) = op(args); if (cond) break; if (RACE_CHOOSE(2)) { __race_r = -110; break; } } __race_r; })

/* Queues of packets under their own lock, where net/core/skbuff.c is not included */
static inline struct sk_buff *skb_dequeue(struct sk_buff_head *queue)
{
	struct sk_buff *first;
	unsigned long irqs;

	spin_lock_irqsave(&queue->lock, irqs);
	first = __skb_dequeue(queue);
	spin_unlock_irqrestore(&queue->lock, irqs);
	return first;
}
static inline struct sk_buff *skb_dequeue_tail(struct sk_buff_head *queue)
{
	struct sk_buff *last;
	unsigned long irqs;

	spin_lock_irqsave(&queue->lock, irqs);
	last = __skb_dequeue_tail(queue);
	spin_unlock_irqrestore(&queue->lock, irqs);
	return last;
}
static inline void skb_queue_head(struct sk_buff_head *queue, struct sk_buff *packet)
{
	unsigned long irqs;

	spin_lock_irqsave(&queue->lock, irqs);
	__skb_queue_head(queue, packet);
	spin_unlock_irqrestore(&queue->lock, irqs);
}
static inline void skb_queue_tail(struct sk_buff_head *queue, struct sk_buff *packet)
{
	unsigned long irqs;

	spin_lock_irqsave(&queue->lock, irqs);
	__skb_queue_tail(queue, packet);
	spin_unlock_irqrestore(&queue->lock, irqs);
}
static inline void skb_unlink(struct sk_buff *packet, struct sk_buff_head *queue)
{
	unsigned long irqs;

	spin_lock_irqsave(&queue->lock, irqs);
	__skb_unlink(packet, queue);
	spin_unlock_irqrestore(&queue->lock, irqs);
}
