// SPDX-License-Identifier: MIT
/*
 * "can: bcm: delay release of struct bcm_op after synchronize_rcu()": freed while a frame is being received.
 */
#include <racelens.h>
#include "net/can/bcm.c"

static struct sock sk;
static struct net_device dev = { .ifindex = 1 };
static struct canfd_frame frame;
static struct sk_buff skb = { .dev = &dev, .data = (unsigned char *)&frame };
static LIST_HEAD(ops);
static struct bcm_op *op;
static struct bcm_op *receiver;
static struct bcm_msg_head mh;

RACE_STUB(void, can_rx_unregister, (struct net *net, struct net_device *dev, canid_t id, canid_t mask,
	void (*func)(struct sk_buff *, void *), void *data))
{
	rcu_assign_pointer(receiver, NULL);
}

RACE_STUB(bool, can_is_can_skb, (const struct sk_buff *s)) { return true; }
RACE_STUB(void, bcm_rx_update_and_send, (struct bcm_op *o, struct canfd_frame *last, const struct canfd_frame *rx)) { }
RACE_STUB(void, bcm_update_rx_stats, (struct bcm_op *o)) { }

RACE_INIT()
{
	bcm_wq = alloc_workqueue("can-bcm", 0, 0);
	op = kzalloc(sizeof(*op), GFP_KERNEL);
	op->sk = &sk;
	op->flags = RX_FILTER_ID;
	spin_lock_init(&op->bcm_tx_lock);
	spin_lock_init(&op->bcm_rx_update_lock);
	hrtimer_init(&op->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	hrtimer_init(&op->thrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	op->frames = &op->sframe;
	op->last_frames = &op->last_sframe;
	list_add(&op->list, &ops);
	receiver = op;
}

RACE_THREAD(softirq, can_rx)
{
	struct bcm_op *o = rcu_dereference(receiver);
	if (o)
		bcm_rx_handler(&skb, o);
}

RACE_THREAD(process, release)
{
	lock_sock(&sk);
	bcm_delete_rx_op(&ops, &mh, 0);
	release_sock(&sk);
}

RACE_EXPECT(holds)
