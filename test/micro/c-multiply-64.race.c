// SPDX-License-Identifier: MIT
/* 64-bit arithmetic is exact modulo 2^64. */
#include <racelens.h>

static u64 x = 0xffffffffffffffffULL;
static u64 y;
static s64 z;

RACE_THREAD(process, t)
{
	y = x * x;
	z = (s64)0x7fffffffffffffffLL + 1;
	RACE_ASSERT(x * 0x100000001ULL == 0xfffffffeffffffffULL);
	RACE_ASSERT(x / 3 == 0x5555555555555555ULL);
	RACE_ASSERT(x % 10 == 5);
	RACE_ASSERT((x >> 63) == 1);
}
RACE_FINALLY(y == 1 && z < 0)
RACE_EXPECT(holds)
