// SPDX-License-Identifier: MIT
/* A local belongs to its call: two threads in one function do not meet in it. */
#include <racelens.h>

static int a, b;

static int count(int upto)
{
	int i, n = 0;

	for (i = 0; i < upto; i++)
		n++;
	return n;
}
RACE_THREAD(process, t1) { a = count(3); }
RACE_THREAD(process, t2) { b = count(4); }
RACE_FINALLY(a == 3 && b == 4)
RACE_EXPECT(holds)
