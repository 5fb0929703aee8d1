// SPDX-License-Identifier: MIT
/* <= instead of <: the last store is behind the array. */
#include <racelens.h>

static int a[4];

RACE_THREAD(process, t)
{
	int i;

	for (i = 0; i <= 4; i++)
		a[i] = i;
}
RACE_EXPECT(out-of-bounds)
