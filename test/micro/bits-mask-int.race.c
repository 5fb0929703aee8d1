// SPDX-License-Identifier: MIT
/* ~1 is an int and sign-extends: only bit 0 goes. */
#include <racelens.h>

static unsigned long w = ~0UL;

RACE_THREAD(process, t) { w &= ~1; }
RACE_FINALLY(w == 0xfffffffffffffffeUL)
RACE_EXPECT(holds)
