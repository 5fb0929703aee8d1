// SPDX-License-Identifier: MIT
/* An array on the stack, and what its initialiser leaves out. */
#include <racelens.h>

static int sum;

RACE_THREAD(process, t)
{
	int a[5] = { 1, 2 };
	int i;

	a[4] = 7;
	for (i = 0; i < ARRAY_SIZE(a); i++)
		sum += a[i] * (i + 1);
}
RACE_FINALLY(sum == 1 + 4 + 35)
RACE_EXPECT(holds)
