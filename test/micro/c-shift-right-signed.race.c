// SPDX-License-Identifier: MIT
/* >> on a negative int keeps the sign; on unsigned it does not. */
#include <racelens.h>

static int a, b;

RACE_THREAD(process, t)
{
	int s = -8;
	unsigned int u = -8;

	a = s >> 1;
	b = u >> 1;
}
RACE_FINALLY(a == -4 && b == 0x7ffffffc)
RACE_EXPECT(holds)
