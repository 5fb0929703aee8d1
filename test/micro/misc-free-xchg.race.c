// SPDX-License-Identifier: MIT
/* xchg() gives the pointer to one of them. */
#include <racelens.h>

static int *p;

static void drop(void) { kfree(xchg(&p, NULL)); }

RACE_INIT() { p = kzalloc(sizeof(*p), GFP_KERNEL); }
RACE_THREAD(process, a) { drop(); }
RACE_THREAD(process, b) { drop(); }
RACE_EXPECT(holds)
