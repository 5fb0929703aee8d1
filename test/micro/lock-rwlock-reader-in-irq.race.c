// SPDX-License-Identifier: MIT
/* A reader in interrupt context does not wait behind a waiting writer. */
#include <racelens.h>

static DEFINE_RWLOCK(l);

RACE_THREAD(process, reader, 0)
{
	read_lock(&l);
	read_unlock(&l);
}
RACE_THREAD(hardirq, handler, 0)
{
	read_lock(&l);
	read_unlock(&l);
}
RACE_THREAD(process, writer, 1)
{
	write_lock_irq(&l);
	write_unlock_irq(&l);
}
RACE_EXPECT(holds)
