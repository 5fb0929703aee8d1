// SPDX-License-Identifier: MIT
/* A softirq cannot wait for a grace period. */
#include <racelens.h>

RACE_THREAD(softirq, t) { synchronize_net(); }
RACE_EXPECT(sleep-in-atomic)
