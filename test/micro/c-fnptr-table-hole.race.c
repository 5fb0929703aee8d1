// SPDX-License-Identifier: MIT
/* An entry that no initialiser names is NULL. */
#include <racelens.h>

struct op { const char *name; int (*fn)(int); };
static int inc(int x) { return x + 1; }
static const struct op ops[3] = {
	[0] = { "inc", inc },
	[2] = { "inc", inc },
};
static int r;

RACE_THREAD(process, t)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		r = ops[i].fn(r);
}
RACE_EXPECT(null-dereference)
