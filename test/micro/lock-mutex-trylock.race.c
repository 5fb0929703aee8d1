// SPDX-License-Identifier: MIT
/* mutex_trylock() returns 1 when it got the mutex. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int n;

static void go(void)
{
	if (!mutex_trylock(&m))
		return;
	n++;
	mutex_unlock(&m);
}
RACE_THREAD(process, a) { go(); }
RACE_THREAD(process, b) { go(); }
RACE_FINALLY(n == 1 || n == 2)
RACE_EXPECT(holds)
