// SPDX-License-Identifier: MIT
/* The index is read once, so the check counts. */
#include <racelens.h>

static int a[4], at = 3, seen;

RACE_THREAD(process, reader)
{
	int i = READ_ONCE(at);

	if (i < 4)
		seen = a[i];
}
RACE_THREAD(process, writer) { WRITE_ONCE(at, 4); }
RACE_EXPECT(holds)
