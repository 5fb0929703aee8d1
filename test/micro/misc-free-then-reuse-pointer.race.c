// SPDX-License-Identifier: MIT
/* The pointer still points to the freed object; a new allocation is another one. */
#include <racelens.h>

static int *a, *b;

RACE_THREAD(process, t)
{
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	kfree(a);
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	*a = 1;
}
RACE_EXPECT(use-after-free)
