// SPDX-License-Identifier: MIT
/* A statement expression gives its last value; min() evaluates each argument once. */
#include <racelens.h>

static int n, m;

static int next(void) { return ++n; }

RACE_THREAD(process, t)
{
	m = ({ int a = next(); int b = next(); a * 10 + b; });
	m += min(next(), 100);
}
RACE_FINALLY(n == 3 && m == 15)
RACE_EXPECT(holds)
