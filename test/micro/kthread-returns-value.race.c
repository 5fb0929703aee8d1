// SPDX-License-Identifier: MIT
/* kthread_stop() gives what the function returned. */
#include <racelens.h>

static struct task_struct *task;
static int ret;

static int loop(void *arg)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return -EIO;
}
RACE_INIT() { task = kthread_run(loop, NULL, "loop"); }
RACE_THREAD(process, stopper) { ret = kthread_stop(task); }
RACE_FINALLY(ret == -EIO)
RACE_EXPECT(holds)
