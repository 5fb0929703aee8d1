// SPDX-License-Identifier: MIT
/* With interrupts off the write side is over before the handler reads. */
#include <racelens.h>

static DEFINE_SEQLOCK(sl);
static int x, seen;

RACE_THREAD(process, writer, 0)
{
	write_seqlock_irq(&sl);
	WRITE_ONCE(x, 1);
	write_sequnlock_irq(&sl);
}
RACE_THREAD(hardirq, handler, 0)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&sl);
		seen = READ_ONCE(x);
	} while (read_seqretry(&sl, seq));
}
RACE_EXPECT(holds)
