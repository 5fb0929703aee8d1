// SPDX-License-Identifier: MIT
/* With an int it ends. */
#include <racelens.h>

static unsigned int n;

RACE_THREAD(process, t)
{
	int i;

	for (i = 2; i >= 0; i--)
		if (n < 5)
			n++;
}
RACE_FINALLY(n == 3)
RACE_EXPECT(holds)
