// SPDX-License-Identifier: MIT
/* A name declared in an inner block hides the outer one and ends with the block. */
#include <racelens.h>

static int seen;

RACE_THREAD(process, t)
{
	int n = 1;

	{
		int n = 2;

		seen += n;
	}
	for (int n = 0; n < 2; n++)
		seen += 10;
	seen += 100 * n;
}
RACE_FINALLY(seen == 122)
RACE_EXPECT(holds)
