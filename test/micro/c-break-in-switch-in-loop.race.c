// SPDX-License-Identifier: MIT
/* break inside the switch leaves the switch, not the loop. */
#include <racelens.h>

static int n;

RACE_THREAD(process, t)
{
	int i;

	for (i = 0; i < 3; i++) {
		switch (i) {
		case 1:
			break;
		default:
			n++;
			continue;
		}
		n += 10;
	}
}
RACE_FINALLY(n == 12)
RACE_EXPECT(holds)
