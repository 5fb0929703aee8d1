// SPDX-License-Identifier: MIT
/* On two CPUs it does not help. */
#include <racelens.h>

static int n;

static void add(void)
{
	preempt_disable();
	n++;
	preempt_enable();
}
RACE_THREAD(process, a, 0) { add(); }
RACE_THREAD(process, b, 1) { add(); }
RACE_FINALLY(n == 2)
RACE_EXPECT(assertion)
