// SPDX-License-Identifier: MIT
/* continue jumps over the decrement in the body: the loop turns for ever. */
#include <racelens.h>

static int rounds;

RACE_THREAD(process, t)
{
	int n = 3;

	do {
		if (n > 1)
			continue;
		n--;
	} while (n);
	rounds = 1;
}
RACE_EXPECT(hang)
