// SPDX-License-Identifier: MIT
/* !! gives 0 or 1; a bool holds nothing else. */
#include <racelens.h>

static int n;
static bool b;

RACE_THREAD(process, t)
{
	unsigned long flags = 0x40;

	n = !!(flags & 0x40) + !!flags + !flags;
	b = flags;
	b++;
	n += b * 10;
	b = !b;
	n += b * 100;
}
RACE_FINALLY(n == 12)
RACE_EXPECT(holds)
