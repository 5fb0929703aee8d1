// SPDX-License-Identifier: MIT
/* Freed on the error path and again at the end. */
#include <racelens.h>

static int broken = 1;

RACE_THREAD(process, t)
{
	int *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (broken)
		kfree(p);
	kfree(p);
}
RACE_EXPECT(double-free)
