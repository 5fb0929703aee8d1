// SPDX-License-Identifier: MIT
/*
 * "net: add a synchronize_net() in netdev_rx_handler_unregister()": the handler is gone, its data
 * too, and a packet is on its way between the two.
 */
#include <racelens.h>
#include "net/core/dev.c"

struct port { int state; };
static struct net_device dev;
static int seen;

static rx_handler_result_t port_handler(struct sk_buff **pskb)
{
	struct port *p = rcu_dereference(dev.rx_handler_data);
	seen = p->state;
	return RX_HANDLER_PASS;
}

RACE_INIT()
{
	struct port *p = kzalloc(sizeof(*p), GFP_KERNEL);
	rtnl_lock();
	netdev_rx_handler_register(&dev, port_handler, p);
	rtnl_unlock();
}

RACE_THREAD(softirq, receive)
{
	struct sk_buff *skb = NULL;
	rx_handler_func_t *h = rcu_dereference(dev.rx_handler);
	if (h)
		h(&skb);
}

RACE_THREAD(process, release)
{
	rtnl_lock();
	netdev_rx_handler_unregister(&dev);
	rtnl_unlock();
}

RACE_EXPECT(holds)
