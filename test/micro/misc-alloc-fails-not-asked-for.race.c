// SPDX-License-Identifier: MIT
/* Without the option allocations succeed. */
#include <racelens.h>

struct obj { int state; };

RACE_THREAD(process, t)
{
	struct obj *o = kmalloc(sizeof(*o), GFP_KERNEL);

	o->state = 1;
	kfree(o);
}
RACE_EXPECT(holds)
