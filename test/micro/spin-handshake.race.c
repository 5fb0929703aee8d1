// SPDX-License-Identifier: MIT
/* Each side waits for what the other has already promised. */
#include <racelens.h>

static int ping, pong;

RACE_THREAD(process, a)
{
	WRITE_ONCE(ping, 1);
	while (!READ_ONCE(pong))
		cpu_relax();
}
RACE_THREAD(process, b)
{
	while (!READ_ONCE(ping))
		cpu_relax();
	WRITE_ONCE(pong, 1);
}
RACE_EXPECT(holds)
