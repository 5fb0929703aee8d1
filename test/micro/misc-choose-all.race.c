// SPDX-License-Identifier: MIT
/* RACE_CHOOSE(n) is each of 0 ... n-1: one of them is the bad one. */
#include <racelens.h>

static int picked;

RACE_THREAD(process, t) { picked = RACE_CHOOSE(4); }
RACE_FINALLY(picked != 3)
RACE_EXPECT(assertion)
