// SPDX-License-Identifier: MIT
/* The function does not return before the user is done with the local. */
#include <racelens.h>

static int *shared;
static int done;

static void publish(void)
{
	int local = 5;

	WRITE_ONCE(shared, &local);
	while (!READ_ONCE(done))
		cpu_relax();
}
RACE_THREAD(process, owner) { publish(); }
RACE_THREAD(process, user)
{
	int *p = READ_ONCE(shared);

	if (p)
		WRITE_ONCE(*p, 6);
	WRITE_ONCE(done, 1);
}
RACE_EXPECT(holds)
