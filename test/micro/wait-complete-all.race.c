// SPDX-License-Identifier: MIT
/* complete_all() lets all go. */
#include <racelens.h>

static DECLARE_COMPLETION(done);

RACE_THREAD(process, a) { wait_for_completion(&done); }
RACE_THREAD(process, b) { wait_for_completion(&done); }
RACE_THREAD(softirq, irq) { complete_all(&done); }
RACE_EXPECT(holds)
