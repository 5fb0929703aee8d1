// SPDX-License-Identifier: MIT
/* Conversion to bool is a comparison with 0: the flag in bit 40 survives. */
#include <racelens.h>

static unsigned long flags = 1UL << 40;
static int seen;

RACE_THREAD(process, t)
{
	bool f = flags & (1UL << 40);

	seen = f;
}
RACE_FINALLY(seen == 1)
RACE_EXPECT(holds)
