// SPDX-License-Identifier: MIT
/* downgrade_write() keeps the semaphore for reading and lets readers in. */
#include <racelens.h>

static DECLARE_RWSEM(s);
static int inside;

RACE_THREAD(process, a)
{
	down_write(&s);
	downgrade_write(&s);
	while (!READ_ONCE(inside))
		cpu_relax();
	up_read(&s);
}
RACE_THREAD(process, b)
{
	down_read(&s);
	WRITE_ONCE(inside, 1);
	up_read(&s);
}
RACE_EXPECT(holds)
