// SPDX-License-Identifier: MIT
/* memset() is a step per member: a reader may see one half cleared. */
#include <racelens.h>

struct pair { int a; int b; };
static struct pair p = { 1, 1 };
static int ra, rb;

RACE_THREAD(process, writer) { memset(&p, 0, sizeof(p)); }
RACE_THREAD(process, reader)
{
	ra = READ_ONCE(p.a);
	rb = READ_ONCE(p.b);
}
RACE_FINALLY(ra == rb)
RACE_EXPECT(assertion)
