// SPDX-License-Identifier: MIT
/* kmalloc() gives memory with any content. */
#include <racelens.h>

struct obj { int state; };
static int broken;

RACE_THREAD(process, t)
{
	struct obj *o = kmalloc(sizeof(*o), GFP_KERNEL);

	if (o->state)
		WRITE_ONCE(broken, 1);
	kfree(o);
}
RACE_FINALLY(!broken)
RACE_EXPECT(possible, assertion)
