// SPDX-License-Identifier: MIT
/* A compound literal is an object with the initialiser's values. */
#include <racelens.h>

struct at { int x, y; };
static struct at p;

static int area(const struct at *a) { return a->x * a->y; }

RACE_THREAD(process, t)
{
	p = (struct at){ .y = 3 };
	p.x = area(&(struct at){ 4, 5 });
}
RACE_FINALLY(p.x == 20 && p.y == 3)
RACE_EXPECT(holds)
