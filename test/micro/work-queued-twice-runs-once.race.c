// SPDX-License-Identifier: MIT
/* The first run may be over before the second queueing. */
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
RACE_FINALLY(atomic_read(&runs) == 1)
RACE_EXPECT(assertion)
