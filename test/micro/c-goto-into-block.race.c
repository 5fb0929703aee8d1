// SPDX-License-Identifier: MIT
/* A label inside a nested block is a legal target; the block's end follows as usual. */
#include <racelens.h>

static int n;

static int find(int *p)
{
	if (!p)
		goto none;
	if (*p) {
		n += 1;
		if (*p < 0) {
none:
			n += 10;
			return -1;
		}
		n += 100;
	}
	return 0;
}
RACE_THREAD(process, t)
{
	int minus = -5, plus = 5;

	find(NULL);
	find(&minus);
	find(&plus);
}
RACE_FINALLY(n == 10 + 11 + 101)
RACE_EXPECT(holds)
