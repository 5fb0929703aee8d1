// SPDX-License-Identifier: MIT
/* With alloc_may_fail kmalloc() may give NULL. */
#include <racelens.h>

struct obj { int state; };
RACE_OPTION(alloc_may_fail, y)

RACE_THREAD(process, t)
{
	struct obj *o = kmalloc(sizeof(*o), GFP_KERNEL);

	o->state = 1;
	kfree(o);
}
RACE_EXPECT(null-dereference)
