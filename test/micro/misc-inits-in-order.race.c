// SPDX-License-Identifier: MIT
/* Several RACE_INITs run in the order of the file, before the threads. */
#include <racelens.h>

static int n = 1, seen;

RACE_INIT() { n += 2; }
RACE_INIT() { n *= 10; }
RACE_THREAD(process, t) { seen = n; }
RACE_FINALLY(seen == 30)
RACE_EXPECT(holds)
