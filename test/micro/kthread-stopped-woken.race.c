// SPDX-License-Identifier: MIT
/* Once woken it may have run. */
#include <racelens.h>

static int ran, result;

static int work(void *p)
{
	ran = 1;
	return 0;
}
RACE_THREAD(process, starter)
{
	struct task_struct *task = kthread_create(work, NULL, "work");

	wake_up_process(task);
	result = kthread_stop(task);
}
RACE_FINALLY(!ran && result == -EINTR)
RACE_EXPECT(assertion)
