// SPDX-License-Identifier: MIT
/* Function-like macros replace their text; a do-while (0) is one statement; #if 0 is not there. */
#include <racelens.h>

#define TWICE(x) (x) + (x)
#define LIMIT 10
#define ADD(v) do { if ((v) < LIMIT) n += (v); } while (0)
#define MEMBER(p, m) ((p)->m##_count)
struct s { int rx_count; };
static int n;
static struct s s;

RACE_THREAD(process, t)
{
	if (n)
		ADD(100);
	else
		ADD(3);
	n += TWICE(2) * 3;
	MEMBER(&s, rx)++;
#if 0
	n = 1000;
#elif LIMIT > 5
	n += 100;
#else
	n = 2000;
#endif
}
RACE_FINALLY(n == 3 + 2 + 6 + 100 && s.rx_count == 1)
RACE_EXPECT(holds)
