// SPDX-License-Identifier: MIT
/* An ERR_PTR is no object. */
#include <racelens.h>

struct obj { int state; };
static struct obj *make(void) { return ERR_PTR(-ENOMEM); }
static int seen;

RACE_THREAD(process, t)
{
	struct obj *o = make();

	if (o)
		seen = o->state;
}
RACE_EXPECT(null-dereference)
