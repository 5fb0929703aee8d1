// SPDX-License-Identifier: MIT
/* With BH off the wait sleeps in atomic context. */
#include <racelens.h>

RACE_THREAD(process, t)
{
	local_bh_disable();
	synchronize_rcu();
	local_bh_enable();
}
RACE_EXPECT(sleep-in-atomic)
