// SPDX-License-Identifier: MIT
/* A signal ends the wait. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready, ret;

RACE_SIGNAL(waiter)
RACE_THREAD(process, waiter) { ret = wait_event_interruptible(wq, READ_ONCE(ready)); }
RACE_FINALLY(ret == -ERESTARTSYS)
RACE_EXPECT(holds)
