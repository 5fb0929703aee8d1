// SPDX-License-Identifier: MIT
/* RACE_ASSERT is checked where it stands. */
#include <racelens.h>

static int busy;

static void work(void)
{
	WRITE_ONCE(busy, READ_ONCE(busy) + 1);
	RACE_ASSERT(READ_ONCE(busy) == 1);
	WRITE_ONCE(busy, READ_ONCE(busy) - 1);
}
RACE_THREAD(process, a) { work(); }
RACE_THREAD(process, b) { work(); }
RACE_EXPECT(assertion)
