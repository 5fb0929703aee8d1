// SPDX-License-Identifier: MIT
/* The softirq of one's own CPU is not interrupted by the task: what it does is one piece for it. */
#include <racelens.h>

static int a, b, ra, rb;

RACE_THREAD(softirq, bottom, 0)
{
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
}
RACE_THREAD(process, task, 0)
{
	rb = READ_ONCE(b);
	ra = READ_ONCE(a);
}
RACE_FINALLY(!(rb && !ra))
RACE_EXPECT(holds)
