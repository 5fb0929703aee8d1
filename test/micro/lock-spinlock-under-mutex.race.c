// SPDX-License-Identifier: MIT
/* The other order is fine. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static DEFINE_SPINLOCK(l);

RACE_THREAD(process, t)
{
	mutex_lock(&m);
	spin_lock(&l);
	spin_unlock(&l);
	mutex_unlock(&m);
}
RACE_EXPECT(holds)
