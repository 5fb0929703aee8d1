// SPDX-License-Identifier: MIT
/*
 * mempool_alloc() puts itself on the wait queue before it lets go of the lock: afterwards the wake-up may be lost.
 */
#include <racelens.h>
#include "mm/mempool.c"

static mempool_t pool;
static void *slots[1];
static int element;

static void *no_memory(gfp_t gfp, void *data) { return NULL; }
static void give_back(void *e, void *data) { }

RACE_INIT()
{
	spin_lock_init(&pool.lock);
	init_waitqueue_head(&pool.wait);
	pool.min_nr = 1;
	pool.curr_nr = 0;
	pool.elements = slots;
	pool.alloc = no_memory;
	pool.free = give_back;
}

/* no timeout: the workaround hides the bug */
RACE_STUB(long, io_schedule_timeout, (long t)) { schedule(); return 0; }
RACE_THREAD(process, alloc) { mempool_alloc(&pool, GFP_NOIO); }
RACE_THREAD(softirq, free) { mempool_free(&element, &pool); }
RACE_EXPECT(holds)
