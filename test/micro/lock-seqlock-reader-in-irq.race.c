// SPDX-License-Identifier: MIT
/* The handler interrupts the writer on its own CPU and waits for an even count for ever. */
#include <racelens.h>

static DEFINE_SEQLOCK(sl);
static int x, seen;

RACE_THREAD(process, writer, 0)
{
	write_seqlock(&sl);
	WRITE_ONCE(x, 1);
	write_sequnlock(&sl);
}
RACE_THREAD(hardirq, handler, 0)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&sl);
		seen = READ_ONCE(x);
	} while (read_seqretry(&sl, seq));
}
RACE_EXPECT(hang)
