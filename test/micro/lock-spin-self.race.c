// SPDX-License-Identifier: MIT
/* A spinlock is not recursive. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, t)
{
	spin_lock(&l);
	spin_lock(&l);
	spin_unlock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(deadlock)
