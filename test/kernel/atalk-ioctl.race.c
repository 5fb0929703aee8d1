// SPDX-License-Identifier: MIT
/* Commit 189ff16722ee "appletalk: Fix Use-After-Free in atalk_ioctl": a packet is looked at while another task takes it. */
#include <racelens.h>
#include "net/appletalk/ddp.c"

static struct sock sk;
static struct socket sock = { .sk = &sk };
static int amount;

RACE_INIT()
{
	skb_queue_head_init(&sk.sk_receive_queue);
	__skb_queue_tail(&sk.sk_receive_queue, kzalloc(sizeof(struct sk_buff), GFP_KERNEL));
}

RACE_THREAD(process, ioctl) { atalk_ioctl(&sock, TIOCINQ, (unsigned long)&amount); }

/* What recvmsg() comes down to. */
RACE_THREAD(process, recvmsg)
{
	struct sk_buff *skb;

	spin_lock_irq(&sk.sk_receive_queue.lock);
	skb = __skb_dequeue(&sk.sk_receive_queue);
	spin_unlock_irq(&sk.sk_receive_queue.lock);
	kfree(skb);
}

RACE_EXPECT(holds)
