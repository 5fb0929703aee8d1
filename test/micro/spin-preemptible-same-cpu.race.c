// SPDX-License-Identifier: MIT
/* A task that spins can be preempted. */
#include <racelens.h>

static int flag;

RACE_THREAD(process, spinner, 0)
{
	while (!READ_ONCE(flag))
		cpu_relax();
}
RACE_THREAD(process, setter, 0) { WRITE_ONCE(flag, 1); }
RACE_EXPECT(holds)
