/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netpoll: send and receive without interrupts, for consoles and debuggers.
 *
 * A small stand-in for include/linux/netpoll.h of Linux 6.16, written for the
 * Racelens demo.
 */
#ifndef DEMO_NETPOLL_H
#define DEMO_NETPOLL_H

#include "netdevice.h"

/* One user of netpoll, netconsole for instance. */
struct netpoll {
	struct net_device	*dev;
};

/* Shared by all users of one device, published in net_device::npinfo. */
struct netpoll_info {
	refcount_t		refcnt;
	struct semaphore	dev_lock;	/* at most one CPU polls the device */
	struct netpoll		*netpoll;
};

int netpoll_setup(struct netpoll *np);
void netpoll_poll_dev(struct net_device *dev);
void netpoll_send_udp(struct netpoll *np, const char *msg, int len);

/*
 * Keeps netpoll out of ->poll() while the softirq is in there. As long as
 * nobody uses netpoll on this device there is nobody to keep out, and the
 * fast path saves the atomic operation: then this takes no lock at all.
 */
static inline void *netpoll_poll_lock(struct napi_struct *napi)
{
	struct net_device *dev = napi->dev;

	if (dev && rcu_access_pointer(dev->npinfo)) {
		int owner = smp_processor_id();

		while (cmpxchg(&napi->poll_owner, -1, owner) != -1)
			cpu_relax();
		return napi;
	}
	return NULL;
}

static inline void netpoll_poll_unlock(void *have)
{
	struct napi_struct *napi = have;

	if (napi)
		smp_store_release(&napi->poll_owner, -1);
}

#endif
