// SPDX-License-Identifier: MIT
/* The other way round it keeps the semaphore that it got, and down() waits for ever. */
#include <racelens.h>

static DEFINE_SEMAPHORE(s);

RACE_THREAD(process, a)
{
	if (down_trylock(&s))
		up(&s);
}
RACE_THREAD(process, b)
{
	down(&s);
	up(&s);
}
RACE_EXPECT(hang)
