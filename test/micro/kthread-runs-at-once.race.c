// SPDX-License-Identifier: MIT
/* What kthread_run() gives runs at once. */
#include <racelens.h>

static int *data;

static int work(void *p)
{
	*data = 1;
	return 0;
}
RACE_THREAD(process, starter)
{
	struct task_struct *task = kthread_run(work, NULL, "work");

	data = kzalloc(sizeof(*data), GFP_KERNEL);
}
RACE_EXPECT(null-dereference)
