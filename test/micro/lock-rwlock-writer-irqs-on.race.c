// SPDX-License-Identifier: MIT
/* The writer must keep the interrupts of its own CPU away: the reader in the handler waits for it. */
#include <racelens.h>

static DEFINE_RWLOCK(l);

RACE_THREAD(process, writer, 0)
{
	write_lock(&l);
	write_unlock(&l);
}
RACE_THREAD(hardirq, handler, 0)
{
	read_lock(&l);
	read_unlock(&l);
}
RACE_EXPECT(deadlock)
