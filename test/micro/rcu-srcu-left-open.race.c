// SPDX-License-Identifier: MIT
/* An SRCU section is open at the end of the thread. */
#include <racelens.h>

DEFINE_STATIC_SRCU(s);
static int idx;

RACE_THREAD(process, t) { idx = srcu_read_lock(&s); }
RACE_EXPECT(rcu-misuse)
