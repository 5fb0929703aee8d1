// SPDX-License-Identifier: MIT
/* With a timeout nobody waits for ever. */
#include <racelens.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

RACE_THREAD(process, waiter) { wait_event_timeout(wq, READ_ONCE(ready), 10); }
RACE_EXPECT(holds)
