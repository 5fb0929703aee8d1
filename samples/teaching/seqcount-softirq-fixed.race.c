// SPDX-License-Identifier: GPL-2.0-only
/* No softirq comes between while BH is off. */
#include <racelens.h>

static seqcount_t seq;
static DEFINE_SPINLOCK(lock);
static int low, high;

RACE_THREAD(process, writer, 0)
{
	spin_lock_bh(&lock);
	write_seqcount_begin(&seq);
	WRITE_ONCE(low, 1);
	WRITE_ONCE(high, 1);
	write_seqcount_end(&seq);
	spin_unlock_bh(&lock);
}

RACE_THREAD(softirq, reader, 0)
{
	unsigned int start;
	int l, h;

	do {
		start = read_seqcount_begin(&seq);
		l = READ_ONCE(low);
		h = READ_ONCE(high);
	} while (read_seqcount_retry(&seq, start));
	RACE_ASSERT(l == h);
}

RACE_EXPECT(holds)
