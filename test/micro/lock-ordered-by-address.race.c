// SPDX-License-Identifier: MIT
/* The two locks are taken in the order of their addresses, whatever the order of the arguments. */
#include <racelens.h>

static DEFINE_MUTEX(m1);
static DEFINE_MUTEX(m2);

static void both(struct mutex *x, struct mutex *y)
{
	if (x > y)
		swap(x, y);
	mutex_lock(x);
	mutex_lock(y);
	mutex_unlock(x);
	mutex_unlock(y);
}
RACE_THREAD(process, a) { both(&m1, &m2); }
RACE_THREAD(process, b) { both(&m2, &m1); }
RACE_EXPECT(holds)
