// SPDX-License-Identifier: MIT
/* A semicolon after any of the words does not matter. */
#include <racelens.h>

static int n;
RACE_OPTION(preempt, full);
RACE_BOUND(recursion, 4);
RACE_CONFIG(CONFIG_FANCY, y);

RACE_INIT() { n = 1; };
RACE_THREAD(process, t) { n++; };
RACE_DAEMON(process, d) { barrier(); };
RACE_FINALLY(n == 2);
RACE_EXPECT(holds);
