// SPDX-License-Identifier: MIT
/* CONFIG values come from the harness; both bodies of the function are there. */
#include <racelens.h>

RACE_CONFIG(CONFIG_FANCY, y)
static int n;

#ifdef CONFIG_FANCY
static void add(void) { n += 1; }
#else
static void add(void) { n += 100; }
#endif

RACE_THREAD(process, t)
{
	add();
	if (IS_ENABLED(CONFIG_FANCY))
		n += 10;
}
RACE_FINALLY(n == 11)
RACE_EXPECT(holds)
