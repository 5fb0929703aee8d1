// SPDX-License-Identifier: MIT
/* RACE_FINALLY may call functions; every one of them counts. */
#include <racelens.h>

static int a[3] = { 1, 2, 3 };
static int sum(void)
{
	int i, s = 0;

	for (i = 0; i < 3; i++)
		s += a[i];
	return s;
}

RACE_THREAD(process, t) { a[1] = 5; }
RACE_FINALLY(sum() == 9)
RACE_FINALLY(a[1] == 5)
RACE_EXPECT(holds)
