// SPDX-License-Identifier: MIT
/* Queued first, checked then. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, waiter)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
	if (!READ_ONCE(ready))
		schedule();
	finish_wait(&wq, &wait);
}
RACE_THREAD(process, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}
RACE_EXPECT(holds)
