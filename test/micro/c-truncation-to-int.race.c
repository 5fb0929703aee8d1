// SPDX-License-Identifier: MIT
/* A 64-bit value kept in an int loses its upper half: the flag in bit 40 is gone. */
#include <racelens.h>

static unsigned long flags = 1UL << 40;
static int seen;

RACE_THREAD(process, t)
{
	int f = flags & (1UL << 40);

	seen = f != 0;
}
RACE_FINALLY(seen)
RACE_EXPECT(assertion)
