// SPDX-License-Identifier: MIT
/* Two static locals of one name in two functions are two objects. */
#include <racelens.h>

static int r;

static int f(void) { static int n = 10; return n++; }
static int g(void) { static int n = 20; return n++; }

RACE_THREAD(process, t) { r = f() + g() + f() + g(); }
RACE_FINALLY(r == 10 + 20 + 11 + 21)
RACE_EXPECT(holds)
