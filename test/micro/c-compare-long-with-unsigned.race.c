// SPDX-License-Identifier: MIT
/* long holds every unsigned int, so the comparison is signed. */
#include <racelens.h>

static int less;

RACE_THREAD(process, t)
{
	long a = -1;
	unsigned int b = 1;

	less = a < b;
}
RACE_FINALLY(less)
RACE_EXPECT(holds)
