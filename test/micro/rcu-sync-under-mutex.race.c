// SPDX-License-Identifier: MIT
/* A mutex is no atomic context and no reader. */
#include <racelens.h>

static DEFINE_MUTEX(m);

RACE_THREAD(process, t)
{
	mutex_lock(&m);
	synchronize_rcu();
	mutex_unlock(&m);
}
RACE_THREAD(softirq, reader) { barrier(); }
RACE_EXPECT(holds)
