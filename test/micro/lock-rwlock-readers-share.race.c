// SPDX-License-Identifier: MIT
/* Two readers meet inside: each waits there for the other. */
#include <racelens.h>

static DEFINE_RWLOCK(l);
static int a_in, b_in;

RACE_THREAD(process, a)
{
	read_lock(&l);
	WRITE_ONCE(a_in, 1);
	while (!READ_ONCE(b_in))
		cpu_relax();
	read_unlock(&l);
}
RACE_THREAD(process, b)
{
	read_lock(&l);
	WRITE_ONCE(b_in, 1);
	while (!READ_ONCE(a_in))
		cpu_relax();
	read_unlock(&l);
}
RACE_EXPECT(holds)
