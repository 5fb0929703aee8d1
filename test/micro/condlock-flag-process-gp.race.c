// SPDX-License-Identifier: MIT
/* The users that decided without the lock are in process context and no readers: the grace period does not wait for them. */
#include <racelens.h>

static bool shared_mode;
static DEFINE_SPINLOCK(l);
static int n;

RACE_THREAD(process, user)
{
	bool locked = READ_ONCE(shared_mode);

	if (locked)
		spin_lock(&l);
	n++;
	if (locked)
		spin_unlock(&l);
}
RACE_THREAD(process, attach)
{
	WRITE_ONCE(shared_mode, true);
	synchronize_rcu();
	spin_lock(&l);
	n++;
	spin_unlock(&l);
}
RACE_FINALLY(n == 2)
RACE_EXPECT(assertion)
