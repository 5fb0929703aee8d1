// SPDX-License-Identifier: MIT
/* Without it the softirq may come between the two reads. */
#include <racelens.h>

static int a, b, ra, rb;

RACE_THREAD(softirq, bottom, 0)
{
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
}
RACE_THREAD(process, task, 0)
{
	ra = READ_ONCE(a);
	rb = READ_ONCE(b);
}
RACE_FINALLY(ra == rb)
RACE_EXPECT(assertion)
