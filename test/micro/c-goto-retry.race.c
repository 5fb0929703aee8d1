// SPDX-License-Identifier: MIT
/* goto backwards is a loop. */
#include <racelens.h>

static int tries;

RACE_THREAD(process, t)
{
again:
	if (++tries < 4)
		goto again;
}
RACE_FINALLY(tries == 4)
RACE_EXPECT(holds)
