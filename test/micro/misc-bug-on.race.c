// SPDX-License-Identifier: MIT
/* BUG_ON() is an assertion. */
#include <racelens.h>

static int n;

RACE_THREAD(process, a) { WRITE_ONCE(n, 1); }
RACE_THREAD(process, b) { BUG_ON(READ_ONCE(n)); }
RACE_EXPECT(assertion)
