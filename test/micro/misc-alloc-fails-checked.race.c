// SPDX-License-Identifier: MIT
/* The result is checked; kfree(NULL) does nothing. */
#include <racelens.h>

struct obj { int state; };
RACE_OPTION(alloc_may_fail, y)

RACE_THREAD(process, t)
{
	struct obj *o = kmalloc(sizeof(*o), GFP_KERNEL);

	if (o)
		o->state = 1;
	kfree(o);
}
RACE_EXPECT(holds)
