// SPDX-License-Identifier: MIT
/* A static local is one object for all threads. */
#include <racelens.h>

static int a, b;

static int ticket(void)
{
	static atomic_t next;

	return atomic_inc_return(&next);
}
RACE_THREAD(process, t1) { a = ticket(); }
RACE_THREAD(process, t2) { b = ticket(); }
RACE_FINALLY(a != b && a + b == 3)
RACE_EXPECT(holds)
