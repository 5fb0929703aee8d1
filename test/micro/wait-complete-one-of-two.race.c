// SPDX-License-Identifier: MIT
/* complete() lets one waiter go. */
#include <racelens.h>

static DECLARE_COMPLETION(done);

RACE_THREAD(process, a) { wait_for_completion(&done); }
RACE_THREAD(process, b) { wait_for_completion(&done); }
RACE_THREAD(softirq, irq) { complete(&done); }
RACE_EXPECT(hang)
