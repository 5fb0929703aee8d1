/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a network device that polling needs.
 *
 * A small stand-in for include/linux/netdevice.h of Linux 6.16, written for the
 * Racelens demo: same names, same locking rules, nothing that the story does
 * not use.
 */
#ifndef DEMO_NETDEVICE_H
#define DEMO_NETDEVICE_H

#include <racelens.h>	/* stands in for <linux/list.h>, <linux/rcupdate.h> ... */

struct netpoll_info;

/* Bits of napi_struct::state. Whoever sets SCHED owns the NAPI. */
enum {
	NAPI_STATE_SCHED,	/* Poll is scheduled, its owner must clear this */
	NAPI_STATE_MISSED,	/* An event came in while SCHED was set, poll again */
	NAPI_STATE_DISABLE,	/* Somebody waits in napi_disable() */
	NAPI_STATE_NPSVC,	/* Netpoll is in ->poll(), do not complete now */
};

enum {
	NAPIF_STATE_SCHED	= BIT(NAPI_STATE_SCHED),
	NAPIF_STATE_MISSED	= BIT(NAPI_STATE_MISSED),
	NAPIF_STATE_DISABLE	= BIT(NAPI_STATE_DISABLE),
	NAPIF_STATE_NPSVC	= BIT(NAPI_STATE_NPSVC),
};

/* One receive queue of a device, polled from the NET_RX softirq. */
struct napi_struct {
	struct net_device	*dev;
	struct list_head	dev_list;	/* on dev->napi_list */
	struct list_head	poll_list;	/* on the softirq's queue, or empty */
	unsigned long		state;		/* NAPI_STATE_* */
	int			weight;		/* packets in one go */
	int			poll_owner;	/* CPU in ->poll(), or -1 */
	int			(*poll)(struct napi_struct *napi, int budget);
};

enum netdev_state {
	__LINK_STATE_START,	/* The interface is up */
};

struct net_device {
	const char		*name;
	struct mutex		lock;		/* protects its queues and NAPIs */
	unsigned long		state;		/* __LINK_STATE_* */
	struct list_head	napi_list;
	struct netpoll_info __rcu *npinfo;	/* NULL: netpoll is not in use */
};

static inline bool netif_running(const struct net_device *dev)
{
	return test_bit(__LINK_STATE_START, &dev->state);
}

static inline void netdev_lock(struct net_device *dev)
{
	mutex_lock(&dev->lock);
}

static inline void netdev_unlock(struct net_device *dev)
{
	mutex_unlock(&dev->lock);
}

static inline bool napi_disable_pending(struct napi_struct *n)
{
	return test_bit(NAPI_STATE_DISABLE, &n->state);
}

bool napi_schedule_prep(struct napi_struct *n);
void __napi_schedule(struct napi_struct *n);
bool napi_complete_done(struct napi_struct *n, int work_done);
void napi_disable_locked(struct napi_struct *n);
void napi_disable(struct napi_struct *n);
void napi_enable(struct napi_struct *n);

#endif
