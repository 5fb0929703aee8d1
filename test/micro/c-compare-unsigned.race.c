// SPDX-License-Identifier: MIT
/* One operand is unsigned: -1 becomes the largest value. */
#include <racelens.h>

static int less;

RACE_THREAD(process, t)
{
	int a = -1;
	unsigned int b = 1;

	less = a < b;
}
RACE_FINALLY(less)
RACE_EXPECT(assertion)
