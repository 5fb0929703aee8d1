// SPDX-License-Identifier: MIT
/* w ^= bit is a load and a store: one of the two changes may be lost. */
#include <racelens.h>

static unsigned long w;

RACE_THREAD(process, a) { w ^= 1UL << 7; }
RACE_THREAD(process, b) { w ^= 1UL << 7; }
RACE_FINALLY(!w)
RACE_EXPECT(assertion)
