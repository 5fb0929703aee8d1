// SPDX-License-Identifier: MIT
/* Looks like the textbook lost wake-up, and is right: WQ_FLAG_WOKEN remembers the wake-up in the gap. */
#include <racelens.h>
#include "kernel/sched/wait.c"

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

/* kernel/sched/core.c, in short. */
RACE_STUB(int, default_wake_function, (struct wait_queue_entry *entry, unsigned mode, int flags, void *key))
{
	return wake_up_process(entry->private);
}

RACE_THREAD(process, waiter)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&wq, &wait);
	while (!READ_ONCE(ready))
		wait_woken(&wait, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&wq, &wait);
}

RACE_THREAD(softirq, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}

RACE_EXPECT(holds)
