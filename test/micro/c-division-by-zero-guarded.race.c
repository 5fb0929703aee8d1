// SPDX-License-Identifier: MIT
/* && keeps the division from being reached. */
#include <racelens.h>

static int n, d;

RACE_THREAD(process, t)
{
	if (d && 10 / d > 1)
		n = 1;
	n += 0x7fffffff / 2 > 0;
}
RACE_FINALLY(n == 1)
RACE_EXPECT(holds)
