// SPDX-License-Identifier: MIT
/* kthread_stop() gives what the function returned, or -EINTR if it came before the function was begun. */
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
RACE_FINALLY(ret == -EIO || ret == -EINTR)
RACE_EXPECT(holds)
