// SPDX-License-Identifier: MIT
/* kfree() of what kmalloc() did not give. */
#include <racelens.h>

static int x;
static int *p = &x;

RACE_THREAD(process, t) { kfree(p); }
RACE_EXPECT(double-free)
