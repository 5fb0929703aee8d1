// SPDX-License-Identifier: MIT
/* There is an unknown call, but the finding does not need it. */
#include <racelens.h>

int firmware_says(int question);
static int n, noted;

RACE_THREAD(process, a)
{
	if (firmware_says(3))
		WRITE_ONCE(noted, 1);
	n++;
}
RACE_THREAD(process, b) { n++; }
RACE_FINALLY(n == 2)
RACE_EXPECT(assertion)
