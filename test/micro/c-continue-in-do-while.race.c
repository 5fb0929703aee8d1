// SPDX-License-Identifier: MIT
/* continue in a do-while goes to the condition: with the decrement there the loop ends. */
#include <racelens.h>

static int rounds;

RACE_THREAD(process, t)
{
	int n = 3;

	do {
		rounds++;
		if (n > 1)
			continue;
		rounds += 10;
	} while (--n);
}
RACE_FINALLY(rounds == 13)
RACE_EXPECT(holds)
