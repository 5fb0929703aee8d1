// SPDX-License-Identifier: MIT
/* memcpy() and struct assignment copy all members, nested ones too. */
#include <racelens.h>

struct in { u16 a; u64 b; };
struct out { char name[4]; struct in in; void *p; };
static struct out x = { .name = "ab", .in = { 7, 1ULL << 40 }, .p = &x }, y, z;

RACE_THREAD(process, t)
{
	memcpy(&y, &x, sizeof(y));
	z = y;
}
RACE_FINALLY(z.name[1] == 'b' && !z.name[3] && z.in.a == 7 && z.in.b == 1ULL << 40 && z.p == &x)
RACE_EXPECT(holds)
