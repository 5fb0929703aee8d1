// SPDX-License-Identifier: MIT
/* Softirq is an implicit reader: after the grace period nobody stands in the object. */
#include <racelens.h>

struct sink { spinlock_t lock; };
static struct sink __rcu *sink;

RACE_INIT()
{
	struct sink *s = kzalloc(sizeof(*s), GFP_KERNEL);

	spin_lock_init(&s->lock);
	rcu_assign_pointer(sink, s);
}
RACE_THREAD(softirq, log_writer)
{
	struct sink *s = rcu_dereference(sink);

	if (s) {
		spin_lock(&s->lock);
		spin_unlock(&s->lock);
	}
}
RACE_THREAD(process, detach)
{
	struct sink *s = rcu_replace_pointer(sink, NULL, true);

	synchronize_net();
	kfree(s);
}
RACE_EXPECT(holds)
