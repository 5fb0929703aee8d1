// SPDX-License-Identifier: MIT
/* test_and_set_bit_lock() and clear_bit_unlock() make a lock out of one bit. */
#include <racelens.h>

static unsigned long w;
static int n;

static void add(void)
{
	while (test_and_set_bit_lock(4, &w))
		cpu_relax();
	n++;
	clear_bit_unlock(4, &w);
}
RACE_THREAD(process, a) { add(); }
RACE_THREAD(process, b) { add(); }
RACE_FINALLY(n == 2 && !w)
RACE_EXPECT(holds)
