// SPDX-License-Identifier: MIT
/* The last user lets the remover go on. */
#include <racelens.h>

static atomic_t users = ATOMIC_INIT(2);
static int *obj;

RACE_INIT() { obj = kzalloc(sizeof(*obj), GFP_KERNEL); }
RACE_THREAD(process, a) { WRITE_ONCE(*obj, 1); atomic_dec(&users); }
RACE_THREAD(softirq, b) { WRITE_ONCE(*obj, 2); atomic_dec(&users); }
RACE_THREAD(process, remover)
{
	while (atomic_read(&users))
		msleep(1);
	kfree(obj);
}
RACE_EXPECT(holds)
