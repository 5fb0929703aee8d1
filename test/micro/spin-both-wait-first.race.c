// SPDX-License-Identifier: MIT
/* Each waits for a store that stands behind the other's wait. */
#include <racelens.h>

static int ping, pong;

RACE_THREAD(process, a)
{
	while (!READ_ONCE(pong))
		cpu_relax();
	WRITE_ONCE(ping, 1);
}
RACE_THREAD(process, b)
{
	while (!READ_ONCE(ping))
		cpu_relax();
	WRITE_ONCE(pong, 1);
}
RACE_EXPECT(deadlock)
