// SPDX-License-Identifier: MIT
/* Both a NULL dereference and an assertion are reachable; the verdict needs fewer preemptions. */
#include <racelens.h>

struct obj { int n; };
static struct obj the_obj;
static struct obj *p = &the_obj;
static int stop;

RACE_THREAD(process, a)
{
	if (READ_ONCE(p))
		READ_ONCE(p)->n = 1;
}
RACE_THREAD(process, b)
{
	WRITE_ONCE(p, NULL);
	WRITE_ONCE(stop, 1);
	RACE_ASSERT(READ_ONCE(stop) == 0);
}
RACE_EXPECT(assertion)
