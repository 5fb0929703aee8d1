// SPDX-License-Identifier: MIT
/* Recursion without an end runs into the default bound: that is no answer. */
#include <racelens.h>

static int depth;

static void down(void)
{
	depth++;
	down();
}
RACE_THREAD(process, t) { down(); }
RACE_EXPECT(cannot-tell)
