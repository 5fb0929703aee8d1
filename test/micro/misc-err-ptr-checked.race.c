// SPDX-License-Identifier: MIT
/* IS_ERR() finds it. */
#include <racelens.h>

struct obj { int state; };
static struct obj *make(void) { return ERR_PTR(-ENOMEM); }
static int seen;

RACE_THREAD(process, t)
{
	struct obj *o = make();

	if (IS_ERR(o))
		seen = PTR_ERR(o);
	else
		seen = o->state;
}
RACE_FINALLY(seen == -ENOMEM)
RACE_EXPECT(holds)
