// SPDX-License-Identifier: MIT
/* The same under a spinlock. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static DEFINE_SPINLOCK(l);

RACE_THREAD(process, t)
{
	spin_lock(&l);
	mutex_lock(&m);
	mutex_unlock(&m);
	spin_unlock(&l);
}
RACE_EXPECT(sleep-in-atomic)
