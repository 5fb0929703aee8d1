// SPDX-License-Identifier: MIT
/* The value of an assignment is what was stored, after conversion. */
#include <racelens.h>

static u8 small;
static int n;

static int next(void) { return n < 3 ? ++n : 0; }

RACE_THREAD(process, t)
{
	int v, sum = 0;

	while ((v = next()) != 0)
		sum += v;
	if ((small = 256 + sum) == 6)
		n = 100;
}
RACE_FINALLY(n == 100)
RACE_EXPECT(holds)
