// SPDX-License-Identifier: GPL-2.0-only
/* A wake-up between the check and the state is lost: the sleeper was still running. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

RACE_THREAD(process, sleeper)
{
	DECLARE_WAITQUEUE(wait, current);

	add_wait_queue(&queue, &wait);
	for (;;) {
		if (READ_ONCE(ready))
			break;
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&queue, &wait);
}

RACE_THREAD(softirq, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up(&queue);
}

RACE_EXPECT(hang)
