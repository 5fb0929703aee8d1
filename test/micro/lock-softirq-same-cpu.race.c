// SPDX-License-Identifier: MIT
/* spin_lock() does not keep the softirq of its own CPU away. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, task, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_THREAD(softirq, bottom, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(deadlock)
