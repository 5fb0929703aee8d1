// SPDX-License-Identifier: MIT
/* Without the lock the unlock is wrong. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, a)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_THREAD(process, b)
{
	spin_trylock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(lock-misuse)
