// SPDX-License-Identifier: MIT
/* Function pointers in an array of structs, chosen by index. */
#include <racelens.h>

struct op { const char *name; int (*fn)(int); };
static int inc(int x) { return x + 1; }
static int twice(int x) { return x * 2; }
static const struct op ops[] = {
	{ "inc", inc },
	{ .fn = twice, .name = "twice" },
};
static int r;

RACE_THREAD(process, t)
{
	int i;

	r = 5;
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		r = ops[i].fn(r);
}
RACE_FINALLY(r == 12)
RACE_EXPECT(holds)
