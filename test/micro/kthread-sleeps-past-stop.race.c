// SPDX-License-Identifier: MIT
/* The thread checks, then sets its state and sleeps: kthread_stop() in between wakes nobody. */
#include <racelens.h>

static struct task_struct *task;

static int loop(void *arg)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
RACE_INIT() { task = kthread_run(loop, NULL, "loop"); }
RACE_THREAD(process, stopper) { kthread_stop(task); }
RACE_EXPECT(hang)
