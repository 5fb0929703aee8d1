// SPDX-License-Identifier: MIT
/* a[i++] += 5 evaluates the index once. */
#include <racelens.h>

static int a[3], last;

RACE_THREAD(process, t)
{
	int i = 0;

	a[i++] += 5;
	a[i++] += 6;
	last = i;
}
RACE_FINALLY(a[0] == 5 && a[1] == 6 && a[2] == 0 && last == 2)
RACE_EXPECT(holds)
