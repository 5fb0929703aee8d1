// SPDX-License-Identifier: MIT
/* Bit-fields share their word: each store reads and writes all of it. */
#include <racelens.h>

struct flags { unsigned int up : 1; unsigned int busy : 1; };
static struct flags f;

RACE_THREAD(process, a) { f.up = 1; }
RACE_THREAD(process, b) { f.busy = 1; }
RACE_FINALLY(f.up && f.busy)
RACE_EXPECT(assertion)
