// SPDX-License-Identifier: MIT
/* RACE_TASK(name) is the task of a thread: whoever has it can wake the thread. */
#include <racelens.h>

static int ready;

RACE_THREAD(process, sleeper)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	while (!READ_ONCE(ready)) {
		schedule();
		set_current_state(TASK_UNINTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	RACE_ASSERT(current == RACE_TASK(sleeper));
}
RACE_THREAD(process, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up_process(RACE_TASK(sleeper));
}
RACE_EXPECT(holds)
