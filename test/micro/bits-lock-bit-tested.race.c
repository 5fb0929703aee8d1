// SPDX-License-Identifier: MIT
/* Waiting for the bit to be clear and then setting it lets both in. */
#include <racelens.h>

static unsigned long w;
static int n;

static void add(void)
{
	while (test_bit(4, &w))
		cpu_relax();
	set_bit(4, &w);
	n++;
	clear_bit_unlock(4, &w);
}
RACE_THREAD(process, a) { add(); }
RACE_THREAD(process, b) { add(); }
RACE_FINALLY(n == 2 && !w)
RACE_EXPECT(assertion)
