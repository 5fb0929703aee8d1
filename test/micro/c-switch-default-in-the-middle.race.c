// SPDX-License-Identifier: MIT
/* default may stand anywhere; it is taken only if no case fits, and falls through like any other. */
#include <racelens.h>

static int seen;

static void go(int n)
{
	switch (n) {
	case 1:
		seen += 1;
		break;
	default:
		seen += 10;
	case 2 ... 4:
		seen += 100;
	}
}
RACE_THREAD(process, t)
{
	go(1);
	go(3);
	go(7);
}
RACE_FINALLY(seen == 211)
RACE_EXPECT(holds)
