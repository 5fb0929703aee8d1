// SPDX-License-Identifier: MIT
/* A callback type as parameter, called with private data. */
#include <racelens.h>

typedef int (*visit_t)(int value, void *data);
static int total;

static int add(int value, void *data)
{
	*(int *)data += value;
	return value == 3;
}
static int walk(int from, int to, visit_t visit, void *data)
{
	for (; from <= to; from++)
		if (visit(from, data))
			return from;
	return -1;
}
RACE_THREAD(process, t)
{
	int sum = 0;

	total = walk(1, 9, add, &sum) * 100 + sum;
}
RACE_FINALLY(total == 306)
RACE_EXPECT(holds)
