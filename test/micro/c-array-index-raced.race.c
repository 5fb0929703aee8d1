// SPDX-License-Identifier: MIT
/* The index is checked and read again: the other thread may move it past the end in between. */
#include <racelens.h>

static int a[4], at = 3, seen;

RACE_THREAD(process, reader)
{
	if (READ_ONCE(at) < 4)
		seen = a[READ_ONCE(at)];
}
RACE_THREAD(process, writer) { WRITE_ONCE(at, 4); }
RACE_EXPECT(out-of-bounds)
