// SPDX-License-Identifier: MIT
/* The unlock reads the pointer again: published meanwhile, it releases a lock that was never taken. */
#include <racelens.h>

struct sink { spinlock_t lock; };
static struct sink uart = { .lock = __SPIN_LOCK_UNLOCKED(uart.lock) };
static struct sink *sink;

RACE_THREAD(process, log_writer)
{
	if (READ_ONCE(sink))
		spin_lock(&uart.lock);
	if (READ_ONCE(sink))
		spin_unlock(&uart.lock);
}
RACE_THREAD(process, attach) { smp_store_release(&sink, &uart); }
RACE_EXPECT(lock-misuse)
