// SPDX-License-Identifier: MIT
/* The operands of = are evaluated once; a chain of assignments goes from the right. */
#include <racelens.h>

static int a, b, c, calls;

static int five(void)
{
	calls++;
	return 5;
}
RACE_THREAD(process, t)
{
	a = b = c = five();
	a += b -= 2;
	c <<= 2;
	c |= 1;
	c ^= 4;
}
RACE_FINALLY(a == 8 && b == 3 && c == 17 && calls == 1)
RACE_EXPECT(holds)
