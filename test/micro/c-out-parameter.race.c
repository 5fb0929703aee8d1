// SPDX-License-Identifier: MIT
/* The callee stores through the pointer to the caller's local. */
#include <racelens.h>

static int result;

static bool split(int v, int *high, int *low)
{
	*high = v / 10;
	*low = v % 10;
	return v >= 0;
}
RACE_THREAD(process, t)
{
	int h = 9, l = 9;

	if (split(47, &h, &l))
		result = h * 100 + l;
}
RACE_FINALLY(result == 407)
RACE_EXPECT(holds)
