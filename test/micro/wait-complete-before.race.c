// SPDX-License-Identifier: MIT
/* complete() before wait_for_completion() is kept. */
#include <racelens.h>

static DECLARE_COMPLETION(done);

RACE_INIT() { complete(&done); }
RACE_THREAD(process, t) { wait_for_completion(&done); }
RACE_EXPECT(holds)
