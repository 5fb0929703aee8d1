// SPDX-License-Identifier: MIT
/* The cap is checked on the value that the cmpxchg replaces. */
#include <racelens.h>

static int used = 1;

static void take(void)
{
	int old = READ_ONCE(used);

	do {
		if (old >= 2)
			return;
	} while (!try_cmpxchg(&used, &old, old + 1));
}
RACE_THREAD(process, a) { take(); }
RACE_THREAD(process, b) { take(); }
RACE_FINALLY(used == 2)
RACE_EXPECT(holds)
