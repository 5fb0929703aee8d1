// SPDX-License-Identifier: MIT
/* Two change_bit() cancel out. */
#include <racelens.h>

static unsigned long w;

RACE_THREAD(process, a) { change_bit(7, &w); }
RACE_THREAD(process, b) { change_bit(7, &w); }
RACE_FINALLY(!w)
RACE_EXPECT(holds)
