// SPDX-License-Identifier: MIT
/* "9p: Add refcount to p9_req_t": the request that is found may be another one by now. */
#include <racelens.h>
#include "net/9p/client.c"

static struct p9_client client;
static struct p9_req_t *first;

RACE_INIT()
{
	p9_req_cache = kmem_cache_create("9p_req_t", sizeof(struct p9_req_t), 0, SLAB_TYPESAFE_BY_RCU, NULL);
	spin_lock_init(&client.lock);
	idr_init(&client.reqs);
	first = kmem_cache_alloc(p9_req_cache, GFP_KERNEL);
	first->tc.tag = idr_alloc(&client.reqs, first, 1, 4, GFP_KERNEL);
	first->tc.cache = first->rc.cache = NULL;
	first->tc.sdata = first->rc.sdata = NULL;
	init_waitqueue_head(&first->wq);
	refcount_set(&first->refcount, 1);
}

/* a reply comes in */
RACE_THREAD(kthread, reply)
{
	struct p9_req_t *req = p9_tag_lookup(&client, 1);
	if (req) {
		RACE_ASSERT(req->tc.tag == 1);
		req->status = REQ_STATUS_RCVD;
		p9_req_put(&client, req);
	}
}

RACE_THREAD(process, done)
{
	struct p9_req_t *req;
	p9_req_put(&client, first);
	req = kmem_cache_alloc(p9_req_cache, GFP_KERNEL);
	req->tc.tag = 2;
	req->tc.cache = req->rc.cache = NULL;
	req->tc.sdata = req->rc.sdata = NULL;
	refcount_set(&req->refcount, 1);
}

RACE_EXPECT(holds)
