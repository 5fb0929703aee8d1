// SPDX-License-Identifier: MIT
/*
 * Commit faa389b2fbaa "ipv6: prevent UAF in ip6_send_skb()": the packet that is dropped on its way out holds the last
 * reference to the route that is counted on afterwards.
 */
#include <racelens.h>
#include "net/ipv6/ip6_output.c"
#include "net/core/dst.c"

static struct net net;
static struct sock sk;
static struct sk_buff skb = { .sk = &sk };
static struct dst_ops ops;

/* A hook drops the packet. */
RACE_STUB(int, ip6_local_out, (struct net *n, struct sock *s, struct sk_buff *b))
{
	dst_release(skb_dst(b));
	return -EPERM;
}

RACE_INIT()
{
	struct rt6_info *rt = kzalloc(sizeof(*rt), GFP_KERNEL);

	rt->dst.ops = &ops;
	atomic_set(&rt->dst.__refcnt, 1);
	skb_dst_set(&skb, &rt->dst);
	sock_net_set(&sk, &net);
}

RACE_THREAD(process, sender) { ip6_send_skb(&skb); }

RACE_EXPECT(holds)
