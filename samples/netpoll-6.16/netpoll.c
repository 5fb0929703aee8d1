// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netpoll: polls a device from any context, when interrupts cannot help.
 *
 * A small stand-in for net/core/netpoll.c of Linux 6.16, written for the
 * Racelens demo. It has the bug that the kernel had for twenty years: once in a
 * while, when netconsole is switched on under traffic, napi_disable() never
 * comes back.
 */
#include "netdevice.h"
#include "netpoll.h"

static void poll_one_napi(struct napi_struct *napi)
{
	/* A disabled NAPI has the bit set already: hands off. */
	if (test_and_set_bit(NAPI_STATE_NPSVC, &napi->state))
		return;

	/* A budget of 0 makes the driver clean its transmit ring only. */
	napi->poll(napi, 0);

	clear_bit(NAPI_STATE_NPSVC, &napi->state);
}

static void poll_napi(struct net_device *dev)
{
	struct napi_struct *napi;
	int cpu = smp_processor_id();

	list_for_each_entry_rcu(napi, &dev->napi_list, dev_list) {
		if (cmpxchg(&napi->poll_owner, -1, cpu) == -1) {
			poll_one_napi(napi);
			smp_store_release(&napi->poll_owner, -1);
		}
	}
}

/* Called with interrupts off. */
void netpoll_poll_dev(struct net_device *dev)
{
	struct netpoll_info *ni = rcu_dereference_bh(dev->npinfo);

	if (!ni || down_trylock(&ni->dev_lock))
		return;

	if (netif_running(dev))
		poll_napi(dev);

	up(&ni->dev_lock);
}

/* Sends a line. Polls the device first, so that its ring has room. */
void netpoll_send_udp(struct netpoll *np, const char *msg, int len)
{
	unsigned long flags;

	local_irq_save(flags);
	netpoll_poll_dev(np->dev);
	local_irq_restore(flags);
}

static int __netpoll_setup(struct netpoll *np, struct net_device *ndev)
{
	struct netpoll_info *npinfo;

	if (!rcu_access_pointer(ndev->npinfo)) {
		npinfo = kzalloc(sizeof(*npinfo), GFP_KERNEL);
		if (!npinfo)
			return -ENOMEM;

		sema_init(&npinfo->dev_lock, 1);
		refcount_set(&npinfo->refcnt, 1);
	} else {
		npinfo = rtnl_dereference(ndev->npinfo);
		refcount_inc(&npinfo->refcnt);
	}
	npinfo->netpoll = np;

	/* The last thing to do: from here on the softirq takes the lock. */
	rcu_assign_pointer(ndev->npinfo, npinfo);
	return 0;
}

int netpoll_setup(struct netpoll *np)
{
	struct net_device *ndev = np->dev;
	int err;

	rtnl_lock();
	if (!netif_running(ndev)) {
		err = -ENETDOWN;
		goto unlock;
	}

	err = __netpoll_setup(np, ndev);
	if (err)
		goto unlock;

	rtnl_unlock();
	return 0;

unlock:
	rtnl_unlock();
	return err;
}
