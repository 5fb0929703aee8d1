// SPDX-License-Identifier: MIT
/* test_and_clear_bit(): exactly one thread takes the pending event. */
#include <racelens.h>

static unsigned long pending = 1UL << 2;
static atomic_t taken;

static void take(void)
{
	if (test_and_clear_bit(2, &pending))
		atomic_inc(&taken);
}
RACE_THREAD(process, a) { take(); }
RACE_THREAD(softirq, b) { take(); }
RACE_FINALLY(atomic_read(&taken) == 1 && !pending)
RACE_EXPECT(holds)
