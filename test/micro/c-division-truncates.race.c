// SPDX-License-Identifier: MIT
/* Division rounds to zero, the remainder has the sign of the dividend. */
#include <racelens.h>

static int q, r;

RACE_THREAD(process, t)
{
	int a = -7;

	q = a / 2;
	r = a % 2;
}
RACE_FINALLY(q == -3 && r == -1)
RACE_EXPECT(holds)
