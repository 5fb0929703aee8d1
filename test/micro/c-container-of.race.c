// SPDX-License-Identifier: MIT
/* container_of() steps back from the member to the object. */
#include <racelens.h>

struct outer { long pad; struct { int x; struct list_head link; } in; int val; };
static struct outer o;
static int same;

static void set(struct list_head *l)
{
	struct outer *p = container_of(l, struct outer, in.link);

	p->val = 3;
	same = p == &o;
}
RACE_THREAD(process, t) { set(&o.in.link); }
RACE_FINALLY(o.val == 3 && same && offsetof(struct outer, in.link) == 16)
RACE_EXPECT(holds)
