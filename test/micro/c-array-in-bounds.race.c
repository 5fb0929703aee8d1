// SPDX-License-Identifier: MIT
/* The loop ends before the array does. */
#include <racelens.h>

static int a[4], sum;

RACE_THREAD(process, t)
{
	int i;

	for (i = 0; i < 4; i++)
		a[i] = i;
	for (i = 3; i >= 0; i--)
		sum += a[i];
}
RACE_FINALLY(sum == 6)
RACE_EXPECT(holds)
