// SPDX-License-Identifier: MIT
/* "l2tp: fix racy SOCK_ZAPPED flag check in l2tp_ip{,6}_bind()": checked before the lock. */
#include <racelens.h>
#include "net/l2tp/l2tp_ip.c"

static struct l2tp_ip_sock s;
static struct sockaddr_l2tpip addr = { .l2tp_family = AF_INET, .l2tp_conn_id = 1 };
static int ok;

RACE_STUB(unsigned int, inet_addr_type, (struct net *net, __be32 a)) { return RTN_LOCAL; }
RACE_STUB(struct sock *, __l2tp_ip_bind_lookup, (const struct net *net, __be32 l, __be32 r, int dif, u32 id)) { return NULL; }

RACE_INIT()
{
	struct sock *sk = (struct sock *)&s;
	sk->sk_state = TCP_CLOSE;
	refcount_set(&sk->sk_refcnt, 1);
	sock_set_flag(sk, SOCK_ZAPPED);
}

RACE_THREAD(process, bind1) { if (!l2tp_ip_bind((struct sock *)&s, (struct sockaddr *)&addr, sizeof(addr))) ok++; }
RACE_THREAD(process, bind2) { if (!l2tp_ip_bind((struct sock *)&s, (struct sockaddr *)&addr, sizeof(addr))) ok++; }
RACE_FINALLY(ok == 1)
RACE_EXPECT(holds)
