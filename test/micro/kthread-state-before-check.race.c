// SPDX-License-Identifier: MIT
/* State first, check then. */
#include <racelens.h>

static struct task_struct *task;

static int loop(void *arg)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
RACE_INIT() { task = kthread_run(loop, NULL, "loop"); }
RACE_THREAD(process, stopper) { kthread_stop(task); }
RACE_EXPECT(holds)
