// SPDX-License-Identifier: MIT
/* Strings are arrays of char with a 0 at the end; signed char extends its sign. */
#include <racelens.h>

static const char *name = "eth0";
static char buf[8];
static int n, minus;

RACE_THREAD(process, t)
{
	signed char c = 0xff;
	const char *p;

	for (p = name; *p; p++)
		buf[n++] = *p;
	minus = c;
}
RACE_FINALLY(n == 4 && buf[0] == 'e' && buf[3] == '0' && !buf[4] && minus == -1)
RACE_EXPECT(holds)
