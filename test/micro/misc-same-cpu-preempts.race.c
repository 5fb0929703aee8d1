// SPDX-License-Identifier: MIT
/* Two tasks on one CPU preempt one another between any two steps. */
#include <racelens.h>

static int n;

RACE_THREAD(process, a, 0) { n++; }
RACE_THREAD(process, b, 0) { n++; }
RACE_FINALLY(n == 2)
RACE_EXPECT(assertion)
