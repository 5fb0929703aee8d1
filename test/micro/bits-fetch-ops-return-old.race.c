// SPDX-License-Identifier: MIT
/* xchg and the fetch forms return the old value, the return forms the new one. */
#include <racelens.h>

static atomic_t n = ATOMIC_INIT(5);
static atomic64_t big = ATOMIC64_INIT(1LL << 40);

RACE_THREAD(process, t)
{
	RACE_ASSERT(atomic_fetch_add(2, &n) == 5);
	RACE_ASSERT(atomic_add_return(2, &n) == 9);
	RACE_ASSERT(atomic_fetch_andnot(1, &n) == 9);
	RACE_ASSERT(atomic_fetch_or(3, &n) == 8);
	RACE_ASSERT(atomic_xchg(&n, 20) == 11);
	RACE_ASSERT(atomic_cmpxchg(&n, 19, 1) == 20);
	RACE_ASSERT(atomic_cmpxchg(&n, 20, 1) == 20);
	RACE_ASSERT(atomic_sub_and_test(1, &n));
	RACE_ASSERT(!atomic_add_unless(&n, 1, 0));
	RACE_ASSERT(atomic_inc_return(&n) == 1);
	RACE_ASSERT(atomic_add_negative(-2, &n));
	RACE_ASSERT(atomic64_inc_return(&big) == (1LL << 40) + 1);
}
RACE_FINALLY(atomic_read(&n) == -1)
RACE_EXPECT(holds)
