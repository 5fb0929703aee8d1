// SPDX-License-Identifier: MIT
/* The low bit of an aligned pointer as a flag. */
#include <racelens.h>

struct s { long val; };
static struct s s = { 5 };
static unsigned long tagged;
static long seen;

RACE_THREAD(process, t)
{
	tagged = (unsigned long)&s | 1UL;
	if (tagged & 1)
		seen = ((struct s *)(tagged & ~1UL))->val;
}
RACE_FINALLY(seen == 5)
RACE_EXPECT(holds)
