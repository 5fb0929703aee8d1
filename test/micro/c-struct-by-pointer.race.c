// SPDX-License-Identifier: MIT
/* Through a pointer the callee changes the caller's struct. */
#include <racelens.h>

struct pair { int a; int b; };
static struct pair p = { 1, 2 };

static void swap_them(struct pair *x)
{
	int t = x->a;

	x->a = x->b;
	x->b = t;
}
RACE_THREAD(process, t) { swap_them(&p); }
RACE_FINALLY(p.a == 1 && p.b == 2)
RACE_EXPECT(assertion)
