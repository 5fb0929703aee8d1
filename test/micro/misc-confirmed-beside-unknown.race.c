// SPDX-License-Identifier: MIT
/* There is an unknown call, but the schedule does not need it: its thread has not got there yet. */
#include <racelens.h>

int firmware_says(int question);
static int n, noted;

RACE_THREAD(process, a) { RACE_ASSERT(READ_ONCE(n) == 0); }
RACE_THREAD(process, b) { WRITE_ONCE(n, 1); }
RACE_THREAD(process, c)
{
	if (firmware_says(3))
		WRITE_ONCE(noted, 1);
}
RACE_EXPECT(assertion)
