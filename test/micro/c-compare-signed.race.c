// SPDX-License-Identifier: MIT
/* Both operands are int: -1 is less than 1. */
#include <racelens.h>

static int less;

RACE_THREAD(process, t)
{
	int a = -1;
	int b = 1;

	less = a < b;
}
RACE_FINALLY(less)
RACE_EXPECT(holds)
