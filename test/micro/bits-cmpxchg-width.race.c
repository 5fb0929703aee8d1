// SPDX-License-Identifier: MIT
/* cmpxchg() on a u32 compares 32 bits: -1 and 0xffffffff are the same there. */
#include <racelens.h>

static u32 owner = -1;
static int won;

RACE_THREAD(process, t)
{
	if (cmpxchg(&owner, -1, 3) == -1)
		won = 1;
}
RACE_FINALLY(won && owner == 3)
RACE_EXPECT(holds)
