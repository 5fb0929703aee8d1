// SPDX-License-Identifier: MIT
/* The handler waits for its own end. */
#include <racelens.h>

static struct timer_list timer;
static void tick(struct timer_list *t) { del_timer_sync(t); }

RACE_INIT() { timer_setup(&timer, tick, 0); }
RACE_THREAD(process, t) { mod_timer(&timer, jiffies + 1); }
RACE_EXPECT(deadlock)
