// SPDX-License-Identifier: MIT
/* A work item runs in a kthread: it may sleep. */
#include <racelens.h>

static struct work_struct work;
static DEFINE_MUTEX(m);

static void fn(struct work_struct *w)
{
	mutex_lock(&m);
	msleep(1);
	mutex_unlock(&m);
}
RACE_INIT() { INIT_WORK(&work, fn); }
RACE_THREAD(softirq, irq) { schedule_work(&work); }
RACE_EXPECT(holds)
