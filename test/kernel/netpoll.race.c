// SPDX-License-Identifier: MIT
/* Commit 2da4def0f487: netconsole is switched on and sends while a NAPI is polled, then the interface goes down. */
#include <racelens.h>
#include "net/core/netpoll.c"
#include "net/core/dev.c"

/* Budget 0 is netpoll: clean the transmit ring, receive nothing. */
static int driver_poll(struct napi_struct *napi, int budget)
{
	if (budget)
		napi_complete_done(napi, 0);
	return 0;
}

static const struct net_device_ops driver_ops;
static int refcnt;
static struct net_device dev = {
	.name = "eth0", .state = BIT(__LINK_STATE_START), .netdev_ops = &driver_ops, .pcpu_refcnt = &refcnt,
	.napi_list = LIST_HEAD_INIT(dev.napi_list),
	.adj_list.upper = LIST_HEAD_INIT(dev.adj_list.upper),
};

static struct napi_struct napi = {
	.dev = &dev, .poll = driver_poll, .weight = 64, .poll_owner = -1,
	.state = NAPIF_STATE_SCHED,
	.poll_list = LIST_HEAD_INIT(napi.poll_list),
};

static struct netpoll np = { .name = "netconsole", .dev_name = "eth0", .local_ip.ip = 1 };

/* Which device it is, and the store of empty packets, are not part of the story. */
RACE_STUB(struct net_device *, __dev_get_by_name, (struct net *net, const char *name)) { return &dev; }
RACE_STUB(void, refill_skbs, (void)) { }

RACE_INIT() { list_add(&napi.dev_list, &dev.napi_list); }

RACE_THREAD(softirq, normal_napi)
{
	LIST_HEAD(repoll);

	napi_poll(&napi, &repoll);
}

RACE_THREAD(process, netconsole)
{
	netpoll_setup(&np);
	/* netpoll_send_skb() polls with interrupts off. */
	local_irq_disable();
	netpoll_poll_dev(&dev);
	local_irq_enable();
}

RACE_THREAD(process, ifdown)
{
	rtnl_lock();
	napi_disable(&napi);
	rtnl_unlock();
}

RACE_EXPECT(holds)
