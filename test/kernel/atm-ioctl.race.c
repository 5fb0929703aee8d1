// SPDX-License-Identifier: MIT
/* CVE-2023-51780 "atm: Fix Use-After-Free in do_vcc_ioctl": a packet is looked at while another task takes it. */
#include <racelens.h>
#include "net/atm/ioctl.c"

static struct atm_vcc vcc;
static struct socket sock = { .sk = &vcc.sk, .state = SS_CONNECTED };
static int amount;

RACE_INIT()
{
	skb_queue_head_init(&vcc.sk.sk_receive_queue);
	skb_queue_tail(&vcc.sk.sk_receive_queue, kzalloc(sizeof(struct sk_buff), GFP_KERNEL));
}

RACE_THREAD(process, ioctl) { vcc_ioctl(&sock, SIOCINQ, (unsigned long)&amount); }

/* What recvmsg() comes down to. */
RACE_THREAD(process, recvmsg) { kfree(skb_dequeue(&vcc.sk.sk_receive_queue)); }

RACE_EXPECT(holds)
