// SPDX-License-Identifier: MIT
/* Each case ends with break: one of them runs. */
#include <racelens.h>

static int seen;

RACE_THREAD(process, t)
{
	switch (RACE_CHOOSE(3)) {
	case 0:
		seen += 1;
		break;
	case 1:
		seen += 1;
		break;
	default:
		seen += 1;
	}
}
RACE_FINALLY(seen == 1)
RACE_EXPECT(holds)
