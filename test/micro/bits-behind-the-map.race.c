// SPDX-License-Identifier: MIT
/* Bit 128 of two longs is behind the array. */
#include <racelens.h>

static unsigned long map[2];

RACE_THREAD(process, a) { set_bit(128, map); }
RACE_EXPECT(out-of-bounds)
