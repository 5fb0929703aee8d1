// SPDX-License-Identifier: MIT
/* The condition is checked before the waiter queues itself. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, waiter)
{
	DEFINE_WAIT(wait);

	if (!READ_ONCE(ready)) {
		prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
		schedule();
		finish_wait(&wq, &wait);
	}
}
RACE_THREAD(process, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}
RACE_EXPECT(hang)
