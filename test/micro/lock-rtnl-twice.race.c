// SPDX-License-Identifier: MIT
/* rtnl_mutex is a mutex. */
#include <racelens.h>

static int n;

static int helper(void)
{
	rtnl_lock();
	n++;
	rtnl_unlock();
	return 0;
}
RACE_THREAD(process, t)
{
	rtnl_lock();
	helper();
	rtnl_unlock();
}
RACE_EXPECT(deadlock)
