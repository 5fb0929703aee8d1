// SPDX-License-Identifier: MIT
/* RACE_FINALLY is looked at when all threads are done, not in between. */
#include <racelens.h>

static int a, b;

RACE_THREAD(process, t1)
{
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
}
RACE_THREAD(process, t2) { WRITE_ONCE(a, 1); }
RACE_FINALLY(a == b)
RACE_EXPECT(holds)
