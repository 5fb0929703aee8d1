// SPDX-License-Identifier: MIT
/* Pointers to different members differ; &x->first equals x; NULL is false. */
#include <racelens.h>

struct s { int first; int second; };
static struct s s, other;
static int n;

RACE_THREAD(process, t)
{
	struct s *p = &s, *q = NULL;
	void *v = &s.first;

	if (p == v)
		n += 1;
	if (&p->first != &p->second)
		n += 10;
	if (p != &other && !q && p)
		n += 100;
	if ((unsigned long)&p->second - (unsigned long)p == sizeof(int))
		n += 1000;
}
RACE_FINALLY(n == 1111)
RACE_EXPECT(holds)
