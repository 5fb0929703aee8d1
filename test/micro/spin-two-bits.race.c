// SPDX-License-Identifier: MIT
/* The waiter needs both bits clear at once; each is cleared by its own thread. */
#include <racelens.h>

static unsigned long state = 3;

RACE_THREAD(process, waiter)
{
	unsigned long val;

	for (;;) {
		val = READ_ONCE(state);
		if (val & 3) {
			usleep_range(20, 200);
			continue;
		}
		if (cmpxchg(&state, val, val | 4) == val)
			break;
	}
}
RACE_THREAD(softirq, a) { clear_bit(0, &state); }
RACE_THREAD(softirq, b) { clear_bit(1, &state); }
RACE_FINALLY(state == 4)
RACE_EXPECT(holds)
