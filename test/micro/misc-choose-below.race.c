// SPDX-License-Identifier: MIT
/* And never n. */
#include <racelens.h>

static int picked;

RACE_THREAD(process, t) { picked = RACE_CHOOSE(4); }
RACE_FINALLY(picked >= 0 && picked < 4)
RACE_EXPECT(holds)
