// SPDX-License-Identifier: MIT
/* RACE_STUB gives a body to what has none. */
#include <racelens.h>

int hardware_ready(int unit);
static int broken;

RACE_STUB(int, hardware_ready, (int unit))
{
	return unit == 3;
}
RACE_THREAD(process, t)
{
	if (!hardware_ready(3))
		WRITE_ONCE(broken, 1);
}
RACE_FINALLY(!broken)
RACE_EXPECT(holds)
