// SPDX-License-Identifier: MIT
/* Under the lock the other thread is not there. */
#include <racelens.h>

static int busy;
static DEFINE_SPINLOCK(l);

static void work(void)
{
	spin_lock(&l);
	WRITE_ONCE(busy, READ_ONCE(busy) + 1);
	RACE_ASSERT(READ_ONCE(busy) == 1);
	WRITE_ONCE(busy, READ_ONCE(busy) - 1);
	spin_unlock(&l);
}
RACE_THREAD(process, a) { work(); }
RACE_THREAD(process, b) { work(); }
RACE_EXPECT(holds)
