// SPDX-License-Identifier: MIT
/* A kthread that ends by itself is over before RACE_FINALLY is looked at. */
#include <racelens.h>

static int started, ended;

static int work(void *p)
{
	started = 1;
	ended = 1;
	return 0;
}
RACE_THREAD(process, starter) { kthread_run(work, NULL, "work"); }
RACE_FINALLY(started == ended && ended)
RACE_EXPECT(holds)
