// SPDX-License-Identifier: MIT
/* break and continue belong to the innermost loop. */
#include <racelens.h>

static int n;

RACE_THREAD(process, t)
{
	int i, j;

	for (i = 0; i < 4; i++) {
		for (j = 0;; j++) {
			if (j == i)
				break;
			if (j & 1)
				continue;
			n++;
		}
		if (i == 2)
			break;
	}
	n = n * 10 + i;
}
RACE_FINALLY(n == 22)
RACE_EXPECT(holds)
