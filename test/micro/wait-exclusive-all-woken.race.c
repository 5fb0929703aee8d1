// SPDX-License-Identifier: MIT
/* wake_up_all() wakes both. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, a) { wait_event_interruptible_exclusive(wq, READ_ONCE(ready)); }
RACE_THREAD(process, b) { wait_event_interruptible_exclusive(wq, READ_ONCE(ready)); }
RACE_THREAD(process, waker)
{
	WRITE_ONCE(ready, 1);
	wake_up_all(&wq);
}
RACE_EXPECT(holds)
