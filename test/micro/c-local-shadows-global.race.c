// SPDX-License-Identifier: MIT
/* The local hides the global; taking its address gives the local. */
#include <racelens.h>

static int n = 5;

static void bump(int *p) { (*p)++; }

RACE_THREAD(process, t)
{
	int n = 10;

	bump(&n);
	RACE_ASSERT(n == 11);
}
RACE_FINALLY(n == 5)
RACE_EXPECT(holds)
