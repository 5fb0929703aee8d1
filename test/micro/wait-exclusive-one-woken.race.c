// SPDX-License-Identifier: MIT
/* wake_up() wakes one exclusive waiter; the other stays. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, a) { wait_event_interruptible_exclusive(wq, READ_ONCE(ready)); }
RACE_THREAD(process, b) { wait_event_interruptible_exclusive(wq, READ_ONCE(ready)); }
RACE_THREAD(process, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}
RACE_EXPECT(hang)
