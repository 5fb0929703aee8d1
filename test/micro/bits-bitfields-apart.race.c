// SPDX-License-Identifier: MIT
/* Members of their own do not disturb one another. */
#include <racelens.h>

struct flags { unsigned int up; unsigned int busy; };
static struct flags f;

RACE_THREAD(process, a) { f.up = 1; }
RACE_THREAD(process, b) { f.busy = 1; }
RACE_FINALLY(f.up && f.busy)
RACE_EXPECT(holds)
