// SPDX-License-Identifier: MIT
/* BH off keeps the softirqs of one's own CPU away, not those of another. */
#include <racelens.h>

static int a, b, ra, rb;

RACE_THREAD(softirq, bottom, 1)
{
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
}
RACE_THREAD(process, task, 0)
{
	local_bh_disable();
	ra = READ_ONCE(a);
	rb = READ_ONCE(b);
	local_bh_enable();
}
RACE_FINALLY(ra == rb)
RACE_EXPECT(assertion)
