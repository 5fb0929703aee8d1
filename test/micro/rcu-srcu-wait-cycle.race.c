// SPDX-License-Identifier: MIT
/* Two domains, each updater a reader of the other's: both wait. */
#include <racelens.h>

DEFINE_STATIC_SRCU(s1);
DEFINE_STATIC_SRCU(s2);

RACE_THREAD(process, a)
{
	int idx = srcu_read_lock(&s1);

	synchronize_srcu(&s2);
	srcu_read_unlock(&s1, idx);
}
RACE_THREAD(process, b)
{
	int idx = srcu_read_lock(&s2);

	synchronize_srcu(&s1);
	srcu_read_unlock(&s2, idx);
}
RACE_EXPECT(deadlock)
