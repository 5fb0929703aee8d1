// SPDX-License-Identifier: MIT
/* With preemption off the other task of this CPU never runs. */
#include <racelens.h>

static int flag;

RACE_THREAD(process, spinner, 0)
{
	preempt_disable();
	while (!READ_ONCE(flag))
		cpu_relax();
	preempt_enable();
}
RACE_THREAD(process, setter, 0) { WRITE_ONCE(flag, 1); }
RACE_EXPECT(hang)
