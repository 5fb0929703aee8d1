// SPDX-License-Identifier: MIT
/* A struct argument is a copy: the callee's changes stay with the callee. A returned struct is a copy as well. */
#include <racelens.h>

struct pair { int a; int b; };
static struct pair p = { .a = 1, .b = 2 };
static struct pair q;

static struct pair swapped(struct pair x)
{
	int t = x.a;

	x.a = x.b;
	x.b = t;
	return x;
}
RACE_THREAD(process, t) { q = swapped(p); }
RACE_FINALLY(p.a == 1 && p.b == 2 && q.a == 2 && q.b == 1)
RACE_EXPECT(holds)
