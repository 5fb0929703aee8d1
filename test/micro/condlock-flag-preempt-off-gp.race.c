// SPDX-License-Identifier: MIT
/* With preemption off from the test to the unlock they are readers. */
#include <racelens.h>

static bool shared_mode;
static DEFINE_SPINLOCK(l);
static int n;

RACE_THREAD(process, user)
{
	bool locked;

	preempt_disable();
	locked = READ_ONCE(shared_mode);
	if (locked)
		spin_lock(&l);
	n++;
	if (locked)
		spin_unlock(&l);
	preempt_enable();
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
RACE_EXPECT(holds)
