// SPDX-License-Identifier: MIT
/* Read in one section with BH off, the two values belong together. */
#include <racelens.h>

static int a, b, ra, rb;

RACE_THREAD(softirq, bottom, 0)
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
RACE_EXPECT(holds)
