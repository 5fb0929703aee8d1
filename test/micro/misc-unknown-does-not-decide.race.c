// SPDX-License-Identifier: MIT
/* The unknown value decides nothing that matters. */
#include <racelens.h>

int firmware_says(int question);
static int n;

RACE_THREAD(process, t)
{
	if (firmware_says(3))
		WRITE_ONCE(n, 1);
	else
		WRITE_ONCE(n, 2);
}
RACE_FINALLY(n == 1 || n == 2)
RACE_EXPECT(holds)
