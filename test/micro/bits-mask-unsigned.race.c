// SPDX-License-Identifier: MIT
/* ~1U is 32 bits wide and zero-extends: the upper half goes as well. */
#include <racelens.h>

static unsigned long w = ~0UL;

RACE_THREAD(process, t) { w &= ~1U; }
RACE_FINALLY(w == 0xfffffffffffffffeUL)
RACE_EXPECT(assertion)
