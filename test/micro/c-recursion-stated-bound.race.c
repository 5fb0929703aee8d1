// SPDX-License-Identifier: MIT
/* The harness states the bound and the recursion stays below it. */
#include <racelens.h>

static int sum;
RACE_BOUND(recursion, 12)

static int add_up(int n)
{
	return n ? n + add_up(n - 1) : 0;
}
RACE_THREAD(process, t) { sum = add_up(10); }
RACE_FINALLY(sum == 55)
RACE_EXPECT(holds)
