// SPDX-License-Identifier: MIT
/* Timers run in softirq context: no sleeping. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static void tick(struct timer_list *t)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}
static DEFINE_TIMER(timer, tick);

RACE_THREAD(process, t) { mod_timer(&timer, jiffies + 1); }
RACE_EXPECT(sleep-in-atomic)
