// SPDX-License-Identifier: MIT
/* Not while preemption is off. */
#include <racelens.h>

static int n;

static void add(void)
{
	preempt_disable();
	n++;
	preempt_enable();
}
RACE_THREAD(process, a, 0) { add(); }
RACE_THREAD(process, b, 0) { add(); }
RACE_FINALLY(n == 2)
RACE_EXPECT(holds)
