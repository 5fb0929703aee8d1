// SPDX-License-Identifier: MIT
/* spin_trylock() on a lock one holds fails and does not wait. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static int got;

RACE_THREAD(process, t)
{
	spin_lock(&l);
	if (spin_trylock(&l)) {
		got = 1;
		spin_unlock(&l);
	}
	spin_unlock(&l);
}
RACE_FINALLY(!got)
RACE_EXPECT(holds)
