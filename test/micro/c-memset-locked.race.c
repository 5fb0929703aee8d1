// SPDX-License-Identifier: MIT
/* Under the lock the reader sees all or nothing. */
#include <racelens.h>

struct pair { int a; int b; };
static struct pair p = { 1, 1 };
static int ra, rb;
static DEFINE_MUTEX(m);

RACE_THREAD(process, writer)
{
	mutex_lock(&m);
	memset(&p, 0, sizeof(p));
	mutex_unlock(&m);
}
RACE_THREAD(process, reader)
{
	mutex_lock(&m);
	ra = p.a;
	rb = p.b;
	mutex_unlock(&m);
}
RACE_FINALLY(ra == rb)
RACE_EXPECT(holds)
