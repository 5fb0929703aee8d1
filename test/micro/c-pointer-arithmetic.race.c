// SPDX-License-Identifier: MIT
/* Differences and comparisons count elements; a 2-D array is rows in a row. */
#include <racelens.h>

static int grid[2][3];
static long d;

RACE_THREAD(process, t)
{
	int *p = &grid[0][0], *q = &grid[1][2];

	d = q - p;
	RACE_ASSERT(p < q);
	*(p + 1) = 7;
	p += 4;
	*p = 8;
	RACE_ASSERT((char *)q - (char *)p == 4);
}
RACE_FINALLY(d == 5 && grid[0][1] == 7 && grid[1][1] == 8)
RACE_EXPECT(holds)
