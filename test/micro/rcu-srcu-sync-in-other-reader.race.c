// SPDX-License-Identifier: MIT
/* SRCU readers may sleep, and the other domain does not wait for them. */
#include <racelens.h>

DEFINE_STATIC_SRCU(s);
DEFINE_STATIC_SRCU(other);

RACE_THREAD(process, t)
{
	int idx = srcu_read_lock(&s);

	synchronize_srcu(&other);
	synchronize_rcu();
	srcu_read_unlock(&s, idx);
}
RACE_EXPECT(holds)
