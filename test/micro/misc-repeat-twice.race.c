// SPDX-License-Identifier: MIT
/* The interrupt may come up to twice. */
#include <racelens.h>

static int n;

RACE_THREAD(hardirq, irq) { WRITE_ONCE(n, READ_ONCE(n) + 1); }
RACE_REPEAT(irq, 2)
RACE_FINALLY(n < 2)
RACE_EXPECT(assertion)
