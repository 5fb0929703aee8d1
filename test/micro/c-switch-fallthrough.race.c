// SPDX-License-Identifier: MIT
/* A case without break runs into the next one. */
#include <racelens.h>

static int seen;

RACE_THREAD(process, t)
{
	switch (RACE_CHOOSE(3)) {
	case 0:
		seen += 1;
		fallthrough;
	case 1:
		seen += 1;
		break;
	default:
		seen += 1;
	}
}
RACE_FINALLY(seen == 1)
RACE_EXPECT(assertion)
