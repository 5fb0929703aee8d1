// SPDX-License-Identifier: MIT
/*
 * "netfilter: nf_conntrack: fix RCU race in nf_conntrack_find_get": slab memory that is used again
 * under a reader.
 */
#include <racelens.h>
#include "net/netfilter/nf_conntrack_core.c"

static struct net net, other;
static struct nf_conn *ct;
static struct hlist_nulls_head table[1];
static struct nf_conntrack_tuple tuple;
static struct nf_conntrack_zone zone;
static int wrong;

RACE_INIT()
{
	nf_conntrack_cachep = kmem_cache_create("nf_conntrack", sizeof(struct nf_conn), 0, SLAB_TYPESAFE_BY_RCU, NULL);
	INIT_HLIST_NULLS_HEAD(&table[0], 0);
	nf_conntrack_hash = table;
	nf_conntrack_htable_size = 1;
	ct = kmem_cache_zalloc(nf_conntrack_cachep, GFP_KERNEL);
	write_pnet(&ct->ct_net, &net);
	ct->status = IPS_CONFIRMED;
	ct->timeout = nfct_time_stamp + 1000;
	refcount_set(&ct->ct_general.use, 1);
	hlist_nulls_add_head_rcu(&ct->tuplehash[0].hnnode, &table[0]);
}

RACE_THREAD(softirq, packet)
{
	struct nf_conntrack_tuple_hash *h = __nf_conntrack_find_get(&net, &zone, &tuple, 0);
	if (h && !net_eq(nf_ct_net(nf_ct_tuplehash_to_ctrack(h)), &net))
		wrong = 1;
}

RACE_THREAD(softirq, recycle)
{
	struct nf_conn *n;
	hlist_nulls_del_rcu(&ct->tuplehash[0].hnnode);
	if (refcount_dec_and_test(&ct->ct_general.use)) {
		kmem_cache_free(nf_conntrack_cachep, ct);
		n = kmem_cache_alloc(nf_conntrack_cachep, GFP_ATOMIC);
		write_pnet(&n->ct_net, &other);
		refcount_set(&n->ct_general.use, 1);
	}
}

RACE_FINALLY(!wrong)
RACE_EXPECT(holds)
