// SPDX-License-Identifier: MIT
/* down_trylock() returns 0 when it got the semaphore. */
#include <racelens.h>

static DEFINE_SEMAPHORE(s);

RACE_THREAD(process, a)
{
	if (!down_trylock(&s))
		up(&s);
}
RACE_THREAD(process, b)
{
	down(&s);
	up(&s);
}
RACE_EXPECT(holds)
