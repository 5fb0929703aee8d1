// SPDX-License-Identifier: MIT
/* The lock is fair: the second read_lock() waits behind the writer, who waits for the first. */
#include <racelens.h>

static DEFINE_RWLOCK(l);

RACE_THREAD(process, reader)
{
	read_lock(&l);
	read_lock(&l);
	read_unlock(&l);
	read_unlock(&l);
}
RACE_THREAD(process, writer)
{
	write_lock(&l);
	write_unlock(&l);
}
RACE_EXPECT(deadlock)
