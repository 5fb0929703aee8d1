// SPDX-License-Identifier: MIT
/* Bit 67 of an array of longs is bit 3 of the second word. */
#include <racelens.h>

static unsigned long map[2];

RACE_THREAD(process, a) { set_bit(67, map); }
RACE_THREAD(process, b) { set_bit(3, map); }
RACE_FINALLY(map[0] == 8 && map[1] == 8 && test_bit(67, map) && !test_bit(64, map))
RACE_EXPECT(holds)
