// SPDX-License-Identifier: MIT
/* kzalloc() gives zeroes. */
#include <racelens.h>

struct obj { int state; };
static int broken;

RACE_THREAD(process, t)
{
	struct obj *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (o->state)
		WRITE_ONCE(broken, 1);
	kfree(o);
}
RACE_FINALLY(!broken)
RACE_EXPECT(holds)
