// SPDX-License-Identifier: MIT
/* Taken for an errno: who gets the mutex keeps it, who does not goes on without. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int n;

static void go(void)
{
	if (mutex_trylock(&m))
		return;
	n++;
	mutex_unlock(&m);
}
RACE_THREAD(process, a) { go(); }
RACE_EXPECT(lock-misuse)
