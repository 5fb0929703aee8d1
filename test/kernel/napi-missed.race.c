// SPDX-License-Identifier: MIT
/*
 * Commit 39e6c8208d7b "net: solve a NAPI race": a packet arrives while its NAPI is being polled, and nobody else will
 * schedule it again.
 */
#include <racelens.h>
#include "net/core/dev.c"

static struct net_device dev;
static LIST_HEAD(poll_queue);
static int ring;

static int driver_poll(struct napi_struct *napi, int budget)
{
	int work = 0;

	while (work < budget && xchg(&ring, 0))
		work++;
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static struct napi_struct napi = {
	.dev = &dev,
	.poll = driver_poll,
	.weight = 4,
	.poll_owner = -1,
	.state = NAPIF_STATE_SCHED,
	.poll_list = LIST_HEAD_INIT(napi.poll_list),
};

/* The queue of the next softirq. */
RACE_STUB(void, __napi_schedule, (struct napi_struct *n))
{
	list_add_tail(&n->poll_list, &poll_queue);
}

RACE_THREAD(softirq, normal_napi)
{
	LIST_HEAD(repoll);

	napi_poll(&napi, &repoll);
}

RACE_THREAD(hardirq, packet)
{
	WRITE_ONCE(ring, 1);
	napi_schedule(&napi);
}

RACE_FINALLY(!ring || ((napi.state & NAPIF_STATE_SCHED) && !list_empty(&napi.poll_list)))
RACE_EXPECT(holds)
