// SPDX-License-Identifier: MIT
/* RACE_FINALLY does not wait for a daemon: it may be anywhere. */
#include <racelens.h>

static int a, b;

RACE_DAEMON(process, d)
{
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
}
RACE_THREAD(process, t) { barrier(); }
RACE_FINALLY(a == b)
RACE_EXPECT(assertion)
