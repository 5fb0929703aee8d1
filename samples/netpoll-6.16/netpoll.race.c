// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netconsole is switched on while a packet is being received, then the
 * interface goes down. Does "ip link set eth0 down" always come back?
 */
#include <racelens.h>
#include "netpoll.c"
#include "dev.c"

/* Budget 0 is netpoll: clean the transmit ring, receive nothing. */
static int driver_poll(struct napi_struct *napi, int budget)
{
	if (budget)
		napi_complete_done(napi, 0);
	return 0;
}

static struct net_device dev = {
	.name		= "eth0",
	.lock		= __MUTEX_INITIALIZER(dev.lock),
	.state		= BIT(__LINK_STATE_START),
	.napi_list	= LIST_HEAD_INIT(dev.napi_list),
};

/* An interrupt has just scheduled it. */
static struct napi_struct napi = {
	.dev		= &dev,
	.poll_list	= LIST_HEAD_INIT(napi.poll_list),
	.state		= NAPIF_STATE_SCHED,
	.weight		= 64,
	.poll_owner	= -1,
	.poll		= driver_poll,
};

static struct netpoll np = { .dev = &dev };

RACE_INIT()
{
	list_add_rcu(&napi.dev_list, &dev.napi_list);
}

/* The NET_RX softirq. */
RACE_THREAD(softirq, normal_napi)
{
	LIST_HEAD(repoll);

	napi_poll(&napi, &repoll);
}

/* echo 1 > .../netconsole/target/enabled, then the first kernel message. */
RACE_THREAD(process, netconsole)
{
	if (netpoll_setup(&np) == 0)
		netpoll_send_udp(&np, "hello", 5);
}

/* ip link set eth0 down */
RACE_THREAD(process, ifdown)
{
	rtnl_lock();
	napi_disable(&napi);
	rtnl_unlock();
}

/* What we want. As shipped, netpoll_setup() makes it a hang. */
RACE_EXPECT(holds)
