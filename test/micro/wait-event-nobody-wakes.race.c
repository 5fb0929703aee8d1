// SPDX-License-Identifier: MIT
/* The condition comes true, but nobody wakes the waiter. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, waiter) { wait_event(wq, READ_ONCE(ready)); }
RACE_THREAD(process, setter) { WRITE_ONCE(ready, 1); }
RACE_EXPECT(hang)
