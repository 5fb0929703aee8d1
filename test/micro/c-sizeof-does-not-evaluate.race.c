// SPDX-License-Identifier: MIT
/* sizeof looks at the type only; of an array it is the whole, of a parameter the pointer. */
#include <racelens.h>

static int n, whole, pointer;
static char buf[24];

static int inc(void) { return ++n; }
static int of(char *p) { return sizeof(p); }

RACE_THREAD(process, t)
{
	whole = sizeof(buf) + sizeof(inc());
	pointer = of(buf);
}
RACE_FINALLY(n == 0 && whole == 28 && pointer == 8)
RACE_EXPECT(holds)
