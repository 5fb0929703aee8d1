// SPDX-License-Identifier: MIT
/* rtnl_trylock() returns 1 when it got it. */
#include <racelens.h>

static int n;

static int helper(void)
{
	if (!rtnl_trylock())
		return -EAGAIN;
	n++;
	rtnl_unlock();
	return 0;
}
RACE_THREAD(process, t)
{
	rtnl_lock();
	helper();
	rtnl_unlock();
	helper();
}
RACE_FINALLY(n == 1)
RACE_EXPECT(holds)
