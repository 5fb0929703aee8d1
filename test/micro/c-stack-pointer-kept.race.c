// SPDX-License-Identifier: MIT
/* The address of a local is published and outlives its function. */
#include <racelens.h>

static int *shared;

static void publish(void)
{
	int local = 5;

	WRITE_ONCE(shared, &local);
	barrier();
}
RACE_THREAD(process, owner) { publish(); }
RACE_THREAD(process, user)
{
	int *p = READ_ONCE(shared);

	if (p)
		WRITE_ONCE(*p, 6);
}
RACE_EXPECT(use-after-free)
