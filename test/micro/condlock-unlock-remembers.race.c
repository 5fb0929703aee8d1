// SPDX-License-Identifier: MIT
/* The decision is made once. */
#include <racelens.h>

struct sink { spinlock_t lock; };
static struct sink uart = { .lock = __SPIN_LOCK_UNLOCKED(uart.lock) };
static struct sink *sink;

RACE_THREAD(process, log_writer)
{
	struct sink *s = READ_ONCE(sink);

	if (s)
		spin_lock(&s->lock);
	if (s)
		spin_unlock(&s->lock);
}
RACE_THREAD(process, attach) { smp_store_release(&sink, &uart); }
RACE_EXPECT(holds)
