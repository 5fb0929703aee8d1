// SYNTAX TEST "source.c" "kernel primitives have scopes of their own in C"

#include <linux/rcu_read_lock.h>
//              ^^^^^^^^^^^^^ - support.function.racelens

struct napi_struct {
    struct netpoll_info __rcu *npinfo;
//                      ^^^^^ storage.modifier.racelens.annotation.c
    void (*mutex_lock)(struct mutex *);
};

static int poll(struct net_device *dev, char __user *buffer)
//                                           ^^^^^^ storage.modifier.racelens.annotation.c
    __must_hold(&dev->lock)
//  ^^^^^^^^^^^ storage.modifier.racelens.annotation.c
{
    struct netpoll_info *ni;
    /* rcu_read_lock() in a comment is text. */
//     ^^^^^^^^^^^^^ comment.block.c - support.function.racelens
    rcu_read_lock();
//  ^^^^^^^^^^^^^ support.function.racelens.rcu.begin.c
    ni = rcu_dereference(dev->npinfo); // spin_lock(&dev->lock)
//       ^^^^^^^^^^^^^^^ support.function.racelens.rcu.read.c
//                                        ^^^^^^^^^ comment.line.double-slash.c - support.function.racelens
    spin_lock_irqsave(&ni->rx_lock, flags);
//  ^^^^^^^^^^^^^^^^^ support.function.racelens.lock.begin.c
    if (!mutex_trylock(&ni->dev_lock))
//       ^^^^^^^^^^^^^ support.function.racelens.lock.begin.c
        pr_info("mutex_lock(%p) failed", ni);
//               ^^^^^^^^^^ string.quoted.double.c - support.function.racelens
    ops->mutex_lock(&ni->dev_lock);
//       ^^^^^^^^^^ - support.function.racelens
    table.mutex_lock(&ni->dev_lock);
//        ^^^^^^^^^^ - support.function.racelens
    my_mutex_lock(&ni->dev_lock);
//  ^^^^^^^^^^^^^ - support.function.racelens
    mutex_locker(schedule);
//  ^^^^^^^^^^^^ - support.function.racelens
//               ^^^^^^^^ - support.function.racelens
    spin_unlock_irqrestore(&ni->rx_lock, flags);
//  ^^^^^^^^^^^^^^^^^^^^^^ support.function.racelens.lock.end.c
    rcu_read_unlock();
//  ^^^^^^^^^^^^^^^ support.function.racelens.rcu.end.c
    set_bit(NAPI_STATE_SCHED, &n->state);
//  ^^^^^^^ support.function.racelens.bitop.c
    while (test_bit(NAPI_STATE_SCHED, &n->state)) msleep(1);
//         ^^^^^^^^ support.function.racelens.bitop.read.c
//                                                ^^^^^^ support.function.racelens.wait.c
    if (cmpxchg_acquire(&n->poll_owner, -1, cpu) == -1) smp_mb();
//      ^^^^^^^^^^^^^^^ support.function.racelens.atomic.c
//                                                      ^^^^^^ support.function.racelens.barrier.c
    WRITE_ONCE(n->x, READ_ONCE(n->y) + 1);
//  ^^^^^^^^^^ support.function.racelens.access.write.c
//                   ^^^^^^^^^ support.function.racelens.access.read.c
    rcu_assign_pointer(dev->npinfo, NULL);
//  ^^^^^^^^^^^^^^^^^^ support.function.racelens.rcu.publish.c
    synchronize_rcu();
//  ^^^^^^^^^^^^^^^ support.function.racelens.grace-period.c
    local_bh_disable (); preempt_enable();
//  ^^^^^^^^^^^^^^^^ support.function.racelens.interrupts.begin.c
//                       ^^^^^^^^^^^^^^ support.function.racelens.interrupts.end.c
    refcount_inc(&np->refs);
//  ^^^^^^^^^^^^ support.function.racelens.refcount.c
    complete(&np->done);
//  ^^^^^^^^ support.function.racelens.wait.wake.c
    schedule_work(&np->work);
//  ^^^^^^^^^^^^^ support.function.racelens.deferred.c
    guard(mutex)(&np->lock);
//  ^^^^^ support.function.racelens.guard.c
//        ^^^^^ support.type.racelens.guard.c
    scoped_guard(rcu) { return 1; }
//  ^^^^^^^^^^^^ support.function.racelens.guard.c
//               ^^^ support.type.racelens.guard.c
    return 0;
}

#define my_lock(l) do { spin_lock(l); } while (0)
//                      ^^^^^^^^^ support.function.racelens.lock.begin.c
