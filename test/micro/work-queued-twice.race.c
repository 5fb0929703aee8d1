// SPDX-License-Identifier: MIT
/* A pending item is not queued again: it runs once or twice, never more. */
#include <racelens.h>

static struct work_struct work;
static atomic_t runs;

static void fn(struct work_struct *w) { atomic_inc(&runs); }

RACE_INIT() { INIT_WORK(&work, fn); }
RACE_THREAD(process, a)
{
	schedule_work(&work);
	schedule_work(&work);
}
RACE_FINALLY(atomic_read(&runs) == 1 || atomic_read(&runs) == 2)
RACE_EXPECT(holds)
