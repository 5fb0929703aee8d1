// SPDX-License-Identifier: MIT
/* rwsem is fair: a nested down_read() waits behind the writer. */
#include <racelens.h>

static DECLARE_RWSEM(s);

RACE_THREAD(process, reader)
{
	down_read(&s);
	down_read(&s);
	up_read(&s);
	up_read(&s);
}
RACE_THREAD(process, writer)
{
	down_write(&s);
	up_write(&s);
}
RACE_EXPECT(deadlock)
