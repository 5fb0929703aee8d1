// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAPI: the receive softirq polls a device until it is empty.
 *
 * NAPI_STATE_SCHED is the ownership of a NAPI. An interrupt sets it and
 * queues the NAPI, the softirq polls it and clears the bit in
 * napi_complete_done(), and napi_disable() takes it and keeps it.
 *
 * A small stand-in for net/core/dev.c of Linux 6.16, written for the Racelens
 * demo.
 */
#include "netdevice.h"
#include "netpoll.h"

/* What the next NET_RX softirq will poll. (The kernel has one per CPU.) */
static LIST_HEAD(rx_queue);
static DEFINE_SPINLOCK(rx_queue_lock);

void __napi_schedule(struct napi_struct *n)
{
	unsigned long flags;

	spin_lock_irqsave(&rx_queue_lock, flags);
	list_add_tail(&n->poll_list, &rx_queue);
	spin_unlock_irqrestore(&rx_queue_lock, flags);
}

/* Returns true if the caller has won the NAPI and must queue it. */
bool napi_schedule_prep(struct napi_struct *n)
{
	unsigned long val, new;

	val = READ_ONCE(n->state);
	do {
		if (val & NAPIF_STATE_DISABLE)
			return false;

		new = val | NAPIF_STATE_SCHED;
		if (val & NAPIF_STATE_SCHED)
			new |= NAPIF_STATE_MISSED;
	} while (!try_cmpxchg(&n->state, &val, new));

	return !(val & NAPIF_STATE_SCHED);
}

/*
 * The driver has found less work than its budget and gives the NAPI back.
 * Returns false if it could not: the NAPI then stays scheduled.
 */
bool napi_complete_done(struct napi_struct *n, int work_done)
{
	unsigned long val, new;

	/*
	 * Netpoll is in ->poll() on another CPU. Leave the NAPI alone,
	 * whoever holds the poll lock will come here again.
	 */
	if (n->state & NAPIF_STATE_NPSVC)
		return false;

	val = READ_ONCE(n->state);
	do {
		new = val & ~(NAPIF_STATE_SCHED | NAPIF_STATE_MISSED);
		if (val & NAPIF_STATE_MISSED)
			new |= NAPIF_STATE_SCHED;
	} while (!try_cmpxchg(&n->state, &val, new));

	if (val & NAPIF_STATE_MISSED) {
		__napi_schedule(n);
		return false;
	}
	return true;
}

/* Waits until nobody polls the NAPI, and owns it from then on. */
void napi_disable_locked(struct napi_struct *n)
{
	unsigned long val, new;

	might_sleep();
	lockdep_assert_held(&n->dev->lock);

	set_bit(NAPI_STATE_DISABLE, &n->state);

	val = READ_ONCE(n->state);
	do {
		while (val & (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC)) {
			usleep_range(20, 200);
			val = READ_ONCE(n->state);
		}
		new = val | NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC;
	} while (!try_cmpxchg(&n->state, &val, new));

	clear_bit(NAPI_STATE_DISABLE, &n->state);
}

void napi_disable(struct napi_struct *n)
{
	netdev_lock(n->dev);
	napi_disable_locked(n);
	netdev_unlock(n->dev);
}

/* Undoes napi_disable(). */
void napi_enable(struct napi_struct *n)
{
	unsigned long val, new;

	val = READ_ONCE(n->state);
	do {
		new = val & ~(NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC);
	} while (!try_cmpxchg(&n->state, &val, new));
}

static int __napi_poll(struct napi_struct *n, bool *repoll)
{
	int weight = n->weight;
	int work = 0;

	/* Netpoll may have been faster, then there is nothing left to do. */
	if (test_bit(NAPI_STATE_SCHED, &n->state))
		work = n->poll(n, weight);

	if (work < weight)
		return work;

	/* The whole budget was used, so the NAPI is still ours. */
	if (napi_disable_pending(n))
		napi_complete_done(n, work);
	else
		*repoll = true;
	return work;
}

/* One NAPI's turn in the NET_RX softirq. */
static int napi_poll(struct napi_struct *n, struct list_head *repoll)
{
	bool do_repoll = false;
	void *have;
	int work;

	list_del_init(&n->poll_list);

	have = netpoll_poll_lock(n);
	work = __napi_poll(n, &do_repoll);
	if (do_repoll)
		list_add_tail(&n->poll_list, repoll);
	netpoll_poll_unlock(have);

	return work;
}
