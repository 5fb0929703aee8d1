// SPDX-License-Identifier: MIT
/* min(), max(), clamp() and the _t forms compare in one type. */
#include <racelens.h>

static int n;

RACE_THREAD(process, t)
{
	int a = -5;
	unsigned int b = 3;

	n = min_t(int, a, b) + max(4, 7) + clamp(12, 0, 10);
	n += min_t(unsigned int, a, b) * 100;
}
RACE_FINALLY(n == -5 + 7 + 10 + 300)
RACE_EXPECT(holds)
