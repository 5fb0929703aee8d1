// SPDX-License-Identifier: MIT
/* An hrtimer that queues itself again is taken off for good by hrtimer_cancel(). */
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
RACE_THREAD(process, stop) { hrtimer_cancel(&timer); kfree(count); }
RACE_EXPECT(holds)
