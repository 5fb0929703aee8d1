// SPDX-License-Identifier: MIT
/* BH off does not keep a hard interrupt away. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, task, 0)
{
	spin_lock_bh(&l);
	spin_unlock_bh(&l);
}
RACE_THREAD(hardirq, handler, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(deadlock)
