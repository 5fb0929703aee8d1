// SPDX-License-Identifier: MIT
/* hrtimer_try_to_cancel() gives up while the function runs: it queues itself again. */
#include <racelens.h>

struct hrtimer { int (*function)(struct hrtimer *timer); void *base; };
#define HRTIMER_RESTART 1
static struct hrtimer timer;
static int *count;

static int tick(struct hrtimer *t)
{
	(*count)++;
	*count = 0;
	return HRTIMER_RESTART;
}
RACE_INIT() { timer.function = tick; count = kzalloc(sizeof(*count), GFP_KERNEL); hrtimer_start(&timer, 1, 0); }
RACE_THREAD(process, stop) { hrtimer_try_to_cancel(&timer); kfree(count); }
RACE_EXPECT(use-after-free)
