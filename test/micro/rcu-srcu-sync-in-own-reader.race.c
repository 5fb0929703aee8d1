// SPDX-License-Identifier: MIT
/* Waiting for one's own domain inside its section. */
#include <racelens.h>

DEFINE_STATIC_SRCU(s);

RACE_THREAD(process, t)
{
	int idx = srcu_read_lock(&s);

	synchronize_srcu(&s);
	srcu_read_unlock(&s, idx);
}
RACE_EXPECT(rcu-misuse)
