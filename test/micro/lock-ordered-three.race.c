// SPDX-License-Identifier: MIT
/* All take the lower one first. */
#include <racelens.h>

static DEFINE_MUTEX(m1);
static DEFINE_MUTEX(m2);
static DEFINE_MUTEX(m3);

static void both(struct mutex *x, struct mutex *y)
{
	mutex_lock(x);
	mutex_lock(y);
	mutex_unlock(y);
	mutex_unlock(x);
}
RACE_THREAD(process, a) { both(&m1, &m2); }
RACE_THREAD(process, b) { both(&m2, &m3); }
RACE_THREAD(process, c) { both(&m1, &m3); }
RACE_EXPECT(holds)
