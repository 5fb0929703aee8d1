// SPDX-License-Identifier: MIT
/* A kthread that is stopped before anybody woke it never runs. */
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

	result = kthread_stop(task);
}
RACE_FINALLY(!ran && result == -EINTR)
RACE_EXPECT(holds)
