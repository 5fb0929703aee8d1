// SPDX-License-Identifier: MIT
/* What kthread_create() gives runs only when it is woken. */
#include <racelens.h>

static int *data;

static int work(void *p)
{
	*data = 1;
	return 0;
}
RACE_THREAD(process, starter)
{
	struct task_struct *task = kthread_create(work, NULL, "work");

	data = kzalloc(sizeof(*data), GFP_KERNEL);
	wake_up_process(task);
}
RACE_EXPECT(holds)
