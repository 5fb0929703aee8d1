// SPDX-License-Identifier: MIT
/* swap() exchanges two values. */
#include <racelens.h>

static int a = 1, b = 2;

RACE_THREAD(process, t) { swap(a, b); }
RACE_FINALLY(a == 2 && b == 1)
RACE_EXPECT(holds)
