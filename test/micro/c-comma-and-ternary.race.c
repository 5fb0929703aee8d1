// SPDX-License-Identifier: MIT
/* The comma gives its right side; only the chosen branch of ?: is evaluated. */
#include <racelens.h>

static int calls, r;

static int f(int v)
{
	calls += v;
	return v;
}
RACE_THREAD(process, t)
{
	r = (f(1), f(2)) == 2 ? f(10) : f(100);
	r += f(0) ?: 7;
}
RACE_FINALLY(calls == 13 && r == 17)
RACE_EXPECT(holds)
