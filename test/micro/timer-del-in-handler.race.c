// SPDX-License-Identifier: MIT
/* del_timer() does not wait. */
#include <racelens.h>

static struct timer_list timer;
static void tick(struct timer_list *t) { del_timer(t); }

RACE_INIT() { timer_setup(&timer, tick, 0); }
RACE_THREAD(process, t) { mod_timer(&timer, jiffies + 1); }
RACE_EXPECT(holds)
