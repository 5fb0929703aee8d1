// SPDX-License-Identifier: MIT
/* spin_lock_bh() does. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, task, 0)
{
	spin_lock_bh(&l);
	spin_unlock_bh(&l);
}
RACE_THREAD(softirq, bottom, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(holds)
