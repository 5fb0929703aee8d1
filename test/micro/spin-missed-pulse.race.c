// SPDX-License-Identifier: MIT
/* The flag goes up and down again: who looks later never sees it. */
#include <racelens.h>

static int flag;

RACE_THREAD(process, pulse)
{
	WRITE_ONCE(flag, 1);
	WRITE_ONCE(flag, 0);
}
RACE_THREAD(process, spinner)
{
	while (!READ_ONCE(flag))
		cpu_relax();
}
RACE_EXPECT(hang)
